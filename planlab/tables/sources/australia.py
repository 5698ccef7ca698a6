"""Australia, by the Bureau of Statistics."""

import numpy as np
import pandas as pd

from planlab.tables.registry import table
from planlab.tables.sources._packages import bundled_csv, numbers_of
from planlab.tables.table import Table
from planlab.tables.treatment import Blemish


@table("australia-2020-114")
def australia() -> Table:
    """Return Australia's economy of 2020 in 114 products; final demand and value added are residuals."""
    use = pd.read_csv(bundled_csv("use_114_aus.csv"), dtype=str).iloc[:114]
    make = pd.read_csv(bundled_csv("make_114_aus.csv"), dtype=str, index_col=0).iloc[:114]
    products = [str(label) for label in make.index]
    hidden = [f"{make.index[i]} → {make.columns[j]}" for i, j in np.argwhere(make.iloc[:, :114].to_numpy() == "n.p.")]
    V = numbers_of(make.iloc[:, :114].replace("n.p.", "0")).set_axis(products, axis=0)
    V.columns = products
    U = numbers_of(use).set_axis(products, axis=0).set_axis(products, axis=1)
    output = V.sum(axis=0)
    residual = V.sum(axis=1) - U.sum(axis=1)
    value_added = (output - U.sum(axis=0)).clip(lower=0)
    return Table(
        name="australia-2020-114",
        flows=U,
        final=residual.to_frame("final demand"),
        make=V,
        output=output,
        factors=pd.DataFrame([value_added], index=["value added"]),
        kinds=("labour",),
        unit="million Australian dollars",
        factor_units="million Australian dollars",
        categories=[_CATEGORIES.get(code[:2], "rest") if code not in _REST else "rest" for code in products],
        stored=[code[:2] < _SERVICES and code[:2] != _ELECTRICITY for code in products],
        source="Australian Bureau of Statistics, supply–use tables, by quantecon-book-networks",
        remarks=(Blemish("cell of the make table not published (n.p.)", tuple(hidden), "taken as zero"),),
    )


_DIVISIONS = {
    "food": "01 02 04 11 12 45",
    "housing and energy": "06 07 17 26 27 28 29 30 32 67",
    "health": "84 86",
    "education": "80 81 82",
    "mobility": "23 46 47 48 49 52",
}
_CATEGORIES = {code: category for category, codes in _DIVISIONS.items() for code in codes.split()}
"""Categories of needs by the first two digits of a product, the subdivisions of ANZSIC (2006); others are the rest."""

_REST = {"6702"}
"""Property that nobody lives in."""

_SERVICES, _ELECTRICITY = "33", "26"
"""The first subdivision of services in ANZSIC (2006), wholesale trade, and that of electricity, which is not kept."""
