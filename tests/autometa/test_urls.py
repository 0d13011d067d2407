"""Secrets of URLs stay secret, whatever they are made of."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autometa._urls import hide_password, with_driver

SIGNS = string.ascii_letters + string.digits + "!#$%&*+,-./:;<=>?@[]^_{|}~"


@given(
    st.sampled_from(["postgresql", "mysql+pymysql", "grpc", "redis", "https"]),
    st.sampled_from(["ann", ""]),
    st.text(SIGNS, min_size=1),
    st.sampled_from(["db.example/optuna", "10.0.0.1:5432/x?sslmode=require", "host"]),
)
@settings(deadline=None, max_examples=200)
def test_no_password_is_left_in_a_message(scheme, user, password, rest):
    text = f"'{scheme}://{user}:{password}@{rest}' could not be opened: no answer."
    assert hide_password(text) == (
        f"'{scheme}://{user}:***@{rest}' could not be opened: no answer."
    )


@pytest.mark.parametrize(
    "text",
    ["sqlite:///a.db", "C:\\study.db", "https://www.openml.org/d/31", "mail ann@example.org", ""],
)
def test_what_holds_no_secret_stays_as_it_is(text):
    assert hide_password(text) == text


@pytest.mark.parametrize("key", ["password", "token", "api_key", "apikey", "PWD"])
def test_secrets_of_a_query_are_hidden(key):
    assert hide_password(f"x://h/d?{key}=s3cret&a=1") == f"x://h/d?{key}=***&a=1"


def test_only_postgresql_without_a_driver_gets_one():
    assert with_driver("postgresql://h/d").startswith("postgresql+psycopg")
    assert with_driver("postgresql+pg8000://h/d") == "postgresql+pg8000://h/d"
    assert with_driver("sqlite:///a.db") == "sqlite:///a.db"
