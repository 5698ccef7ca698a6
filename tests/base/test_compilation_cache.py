"""What is compiled is compiled once for all processes."""

import os
import subprocess
import sys
from pathlib import Path

import jax
import pytest

from planlab.base import compilation_cache
from planlab.base.compilation_cache import keep_compiled, user_cache

SMALL = """
import jax, jax.numpy as jnp
missed = []
jax.monitoring.register_event_listener(lambda event, **_: missed.append(event) if event.endswith("cache_misses") else 0)
import planlab as pl
pl.Scenario  # the first name that needs JAX
assert jax.jit(lambda x: 2 * x)(jnp.arange(3.0)).tolist() == [0.0, 2.0, 4.0]
print(len(missed))
"""


def compiled(home: Path) -> int:
    """Return how much a new process compiled that it did not find; it says nothing else."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("JAX_", "XDG_"))}
    env |= {"HOME": str(home), "USERPROFILE": str(home), "LOCALAPPDATA": str(home)}
    command = [sys.executable, "-W", "error", "-c", SMALL]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    assert done.stderr == ""
    return int(done.stdout)


def test_what_one_process_has_compiled_the_next_one_finds_and_torn_entries_are_compiled_anew(tmp_path):
    assert compiled(tmp_path) > 0
    kept = sorted(tmp_path.rglob("planlab/compiled/*/*-cache"))
    assert kept
    assert compiled(tmp_path) == 0
    assert sorted(tmp_path.rglob("*-cache")) == kept
    for path in kept:
        path.write_bytes(path.read_bytes()[:40])
    assert compiled(tmp_path) > 0


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """Return JAX's settings, free to be changed: no folder is named yet, and the user's is a new one."""
    names = "jax_compilation_cache_dir", "jax_enable_compilation_cache", "jax_persistent_cache_min_compile_time_secs"
    before = {name: getattr(jax.config, name) for name in names}
    monkeypatch.setattr(compilation_cache, "user_cache", lambda: tmp_path / "caches")
    jax.config.update("jax_compilation_cache_dir", None)
    jax.config.update("jax_enable_compilation_cache", True)
    yield jax.config
    for name, value in before.items():
        jax.config.update(name, value)


def test_by_default_it_is_the_users_cache_folder(settings, tmp_path):
    folder = keep_compiled()
    assert folder.is_relative_to(tmp_path / "caches" / "planlab")
    assert settings.jax_compilation_cache_dir == str(folder)


def test_nothing_is_kept_where_the_user_does_not_want_it(settings, tmp_path):
    settings.update("jax_enable_compilation_cache", False)
    assert keep_compiled() is None
    settings.update("jax_enable_compilation_cache", True)
    settings.update("jax_compilation_cache_dir", "own")
    assert keep_compiled() is None
    assert settings.jax_compilation_cache_dir == "own"
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_done_without(settings, tmp_path):
    (tmp_path / "caches").write_text("a file")
    assert keep_compiled() is None
    assert settings.jax_compilation_cache_dir is None


def test_the_oldest_entries_are_forgotten(tmp_path, monkeypatch):
    monkeypatch.setattr(compilation_cache, "MOST", 40)
    for age in range(5):
        path = tmp_path / str(age)
        path.write_bytes(b"0123456789")
        os.utime(path, (1e9 - age, 1e9 - age))
    compilation_cache._forget_oldest(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1"]


def test_the_folder_is_the_one_that_the_system_names(monkeypatch, tmp_path):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for system, folder in (("linux", ".cache"), ("darwin", "Library/Caches"), ("win32", "AppData/Local")):
        monkeypatch.setattr(sys, "platform", system)
        assert user_cache() == tmp_path / folder
