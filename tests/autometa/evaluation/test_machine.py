"""What may be used of the machine is what is granted, not what there is."""

from __future__ import annotations

import os

import pytest

from autometa.evaluation._machine import (
    address_space_for,
    address_space_in_force,
    container_memory,
    is_about_memory,
    usable_cores,
    usable_memory,
)


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("files", "membership", "limit"),
    [
        ({"memory.max": "2147483648\n"}, "0::/\n", 2 << 30),  # a container of version 2
        ({"memory.max": "max\n"}, "0::/\n", None),
        ({"a/memory.max": "max", "a/b/memory.max": "4096"}, "0::/a/b\n", 4096),
        ({"a/memory.max": "1024", "a/b/memory.max": "4096"}, "0::/a/b\n", 1024),
        ({"memory/memory.limit_in_bytes": "1073741824"}, "4:memory:/docker/x\n0::/\n", 1 << 30),
        ({"memory/memory.limit_in_bytes": "9223372036854771712"}, "4:memory:/\n", None),
        ({"memory/j/memory.limit_in_bytes": "77"}, "3:cpuset:/\n4:cpu,memory:/j\n", 77),
        ({}, "0::/gone\n", None),
    ],
)
def test_the_smallest_memory_limit_above_a_process_holds(tmp_path, files, membership, limit):
    write(tmp_path, files)
    (tmp_path / "membership").write_text(membership)
    assert container_memory(tmp_path, tmp_path / "membership") == limit


def test_memory_is_unlimited_where_there_are_no_control_groups(tmp_path):
    assert container_memory(tmp_path, tmp_path / "missing") is None


def test_cores_follow_affinity_and_the_quota_of_a_container(monkeypatch):
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    assert usable_cores() == 1


def test_a_worker_is_given_no_more_than_this_process_has(monkeypatch):
    in_force = address_space_in_force()
    assert address_space_for(None) == in_force
    assert address_space_for(1000) == min(1000, in_force or 1000)
    memory = usable_memory()
    assert memory is None or memory > 100 << 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("std::bad_alloc", True),
        ("Unable to allocate 3.2 GiB for an array", True),
        ("[Errno 12] Cannot allocate memory", True),
        ("ValueError: C must be positive", False),
    ],
)
def test_messages_about_memory_are_recognised(text, expected):
    assert is_about_memory(text) is expected
