"""openml:ID through the real client, against a loopback server that answers as OpenML does."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import openml
import pytest

from autometa.datasets import load_dataset
from autometa.exceptions import DatasetError, DatasetNotFoundError

pytestmark = pytest.mark.filterwarnings("ignore")  # the client's own, about its future

ARFF = (
    "@relation things\n@attribute size numeric\n@attribute colour {red,green}\n"
    "@attribute kind {a,b}\n@data\n"
    + "".join(f"{i},{'red' if i % 3 else '?'},{'ab'[i % 2]}\n" for i in range(20))
)
DESCRIPTION = """<oml:data_set_description xmlns:oml="http://openml.org/openml">
<oml:id>31</oml:id><oml:name>things</oml:name><oml:version>1</oml:version>
<oml:description>Things.</oml:description><oml:format>ARFF</oml:format>
<oml:upload_date>2014-04-06T23:21:47</oml:upload_date><oml:licence>Public</oml:licence>
<oml:url>{server}/data/v1/download/31/things.arff</oml:url><oml:file_id>31</oml:file_id>
<oml:default_target_attribute>kind</oml:default_target_attribute>
<oml:visibility>public</oml:visibility><oml:status>active</oml:status>
<oml:md5_checksum>{md5}</oml:md5_checksum></oml:data_set_description>"""
FEATURES = (
    '<oml:data_features xmlns:oml="http://openml.org/openml">'
    + "".join(
        f"<oml:feature><oml:index>{i}</oml:index><oml:name>{name}</oml:name>"
        f"<oml:data_type>{kind}</oml:data_type>{values}"
        f"<oml:is_target>{target}</oml:is_target><oml:is_ignore>false</oml:is_ignore>"
        "<oml:is_row_identifier>false</oml:is_row_identifier>"
        f"<oml:number_of_missing_values>{missing}</oml:number_of_missing_values></oml:feature>"
        for i, (name, kind, values, target, missing) in enumerate(
            [
                ("size", "numeric", "", "false", 0),
                (
                    "colour",
                    "nominal",
                    "<oml:nominal_value>red</oml:nominal_value>"
                    "<oml:nominal_value>green</oml:nominal_value>",
                    "false",
                    7,
                ),
                (
                    "kind",
                    "nominal",
                    "<oml:nominal_value>a</oml:nominal_value><oml:nominal_value>b</oml:nominal_value>",
                    "true",
                    0,
                ),
            ]
        )
    )
    + "</oml:data_features>"
)
UNKNOWN = (
    '<oml:error xmlns:oml="http://openml.org/openml"><oml:code>111</oml:code>'
    "<oml:message>Unknown dataset</oml:message></oml:error>"
)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = f"http://127.0.0.1:{self.server.server_port}"
        md5 = hashlib.md5(ARFF.encode()).hexdigest()
        answers = {
            "/api/v1/xml/data/31": DESCRIPTION.format(server=server, md5=md5),
            "/api/v1/xml/data/features/31": FEATURES,
            "/data/v1/download/31/things.arff": ARFF,
        }
        body = answers.get(self.path.partition("?")[0])
        self.send_response(200 if body else 412)
        self.end_headers()
        self.wfile.write((body or UNKNOWN).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path):
    """A loopback OpenML; the client's cache in a folder of the test."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    before = openml.config.server
    openml.config.server = f"http://127.0.0.1:{httpd.server_port}/api/v1/xml/"
    openml.config.set_root_cache_directory(str(tmp_path))
    yield httpd
    openml.config.server = before
    httpd.shutdown()
    httpd.server_close()


def test_a_dataset_of_openml_is_a_table_with_its_target(server):
    table = load_dataset("openml:31")
    assert (table.name, table.target, table.task_type) == ("31", "kind", "binary")
    assert table.X["size"].tolist() == list(range(20))
    assert table.X["colour"].isna().sum() == 7


def test_an_unknown_dataset_of_openml_is_told(server):
    with pytest.raises(DatasetError, match=r"'openml:77' could not be fetched: .*Unknown dataset"):
        load_dataset("openml:77")


def test_a_dataset_of_openml_has_a_number():
    with pytest.raises(DatasetNotFoundError, match="by its number"):
        load_dataset("openml:iris")
