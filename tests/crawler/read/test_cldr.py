"""Names from CLDR, which readers load in threads."""

from __future__ import annotations

import subprocess
import sys

import pytest

from crawler.read.cldr import tables
from crawler.read.cldr_from_babel import make_tables


def test_the_stored_names_are_those_of_babel() -> None:
    made, stored = make_tables(), tables()

    assert stored == made, "python -m crawler.read.cldr_from_babel renews them"
    # the first of two names that are folded alike counts
    assert list(stored.countries) == list(made.countries)
    assert list(stored.cities) == list(made.cities)


_TWO_THREADS = """
import sys, threading, time
from importlib.machinery import PathFinder

import crawler.read.cldr

loading = threading.Event()


class Slow:
    @staticmethod
    def find_spec(name, *_):
        if name != "babel":
            return None
        found = PathFinder.find_spec(name)
        load = found.loader.exec_module

        def load_slowly(module):  # its lock is held meanwhile
            loading.set()
            time.sleep(0.5)
            load(module)

        found.loader.exec_module = load_slowly
        return found


def load_babel():
    from babel import Locale


def load_reader():
    loading.wait()
    import crawler.read.{reader}


sys.meta_path.insert(0, Slow)
threads = [threading.Thread(target=load_babel), threading.Thread(target=load_reader)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.parametrize("reader", ["currencies", "time_zones"])
def test_threads_that_load_readers_at_once_do_not_wait_for_each_other(reader: str) -> None:
    """Python loads a package and a module of it in either order, and two threads in both orders."""
    code = _TWO_THREADS.replace("{reader}", reader)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


_FIRST_CALLS = """
import threading
import time
import typing

from {module} import {form}, {function}

made = 0
is_half_made = threading.Event()
make = typing.ForwardRef.__init__


def make_slowly(*args, **more):  # msgspec calls it for each field of a form
    global made
    made += 1
    if made > len({form}.__annotations__):  # the fields of a form within it
        is_half_made.set()
        time.sleep(0.1)
    make(*args, **more)


def call_meanwhile():
    is_half_made.wait(0.5)
    {function}({value})


typing.ForwardRef.__init__ = make_slowly
thread = threading.Thread(target=call_meanwhile)
thread.start()
{function}({value})
thread.join()
"""


@pytest.mark.parametrize(
    ("module", "form", "function", "value"),
    [
        ("crawler.read.cldr", "Tables", "tables", ""),
        (
            "crawler.spiders.ashby_posting",
            "Compensation",
            "_compensation",
            "{'compensationTiers': [], 'summaryComponents': []}",
        ),
    ],
)
def test_threads_that_read_their_first_posting_at_once_do_not_crash(
    module: str, form: str, function: str, value: str
) -> None:
    """A thread that decodes while another makes the form finds half of it: a segmentation fault."""
    code = _FIRST_CALLS.format(module=module, form=form, function=function, value=value)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
