"""Stock-flow consistent market economies: prices, decisions and books, apart from the world that executes them."""
