"""OpenML's v1 API on a world: paths, filters and limits, and its XML.

Written after the server's own source (openml/OpenML, models/api/v1 and its XML
templates).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from openml_world import Parameter, Upload, World

XMLNS = 'xmlns:oml="http://openml.org/openml"'
LEGAL = {
    "evaluation": "task setup flow uploader run tag limit offset function per_fold sort_order"
    " study",
    "run": "task setup flow uploader run tag limit offset task_type study show_errors",
    "setup": "flow setup limit offset tag",
    "task": "type tag data_tag status limit offset task_id data_id data_name number_instances"
    " number_features number_classes number_missing_values",
    "data": "tag status limit offset data_id data_name data_version uploader number_instances"
    " number_features number_classes number_missing_values",
    "user": "user_id",
}
ILLEGAL = {"evaluation": 544, "run": 514, "setup": 671, "task": 480, "data": 370, "user": 370}
EMPTY = {"evaluation": 542, "run": 512, "setup": 674, "task": 482, "data": 372, "user": 372}
TOO_HIGH = {"evaluation": 546, "run": 516, "setup": 676}
LIMITS = {"evaluation": 10_000, "run": 10_000, "setup": 1_000}
NUMBERS = {"task", "setup", "flow", "uploader", "run", "limit", "offset", "task_id", "data_id"}


class RefusalError(Exception):
    """OpenML's way to say no: HTTP 412 with a code in the body."""

    def __init__(self, code: int, message: str, status: int = 412) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class Api:
    """Answers calls, as text.

    Attributes
    ----------
    tells_at_most : int or None
        Rows of a listing beyond which it is silent, whatever the limit.
    highest_limit : int
        Limit of evaluations beyond which it refuses.
    most_setups : int
        Setups that it lists at once.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.most_setups = LIMITS["setup"]
        self.tells_at_most: int | None = None
        self.highest_limit = LIMITS["evaluation"]

    def answer(self, call: str) -> tuple[int, str]:
        """Return the status and the body."""
        try:
            return 200, self._content(call)
        except RefusalError as refusal:
            return refusal.status, (
                f"<oml:error {XMLNS}>\n\t<oml:code>{refusal.code}</oml:code>\n"
                f"\t<oml:message>{escape(refusal.message)}</oml:message>\n</oml:error>\n"
            )

    def _content(self, call: str) -> str:
        words = call.strip("/").split("/")
        match words:
            case [
                ("evaluation" | "run" | "setup" | "task" | "data" | "user") as kind,
                "list",
                *rest,
            ]:
                filters = {**_filters(kind, rest), "most": self.tells_at_most}
                if kind == "evaluation" and filters.get("limit", [0])[0] > self.highest_limit:
                    raise RefusalError(546, "Requested result limit too high. ")
                return str(getattr(self, f"_list_{kind}s")(filters))
            case ["setup", number]:
                return self._setup(int(number), "setup_parameters", f" {XMLNS}")
            case ["task", number]:
                return self._task(int(number))
            case ["data", "qualities", number]:
                return self._qualities(int(number))
            case ["flow", number]:
                return self._flow(int(number))
            case ["study", name]:
                return self._study(name)
            case ["estimationprocedure", "list"]:
                return PROCEDURES
        raise RefusalError(100, "Function not valid")

    def _chosen(self, kind: str, filters: Mapping[str, Any]) -> list[Upload]:
        def fits(run: Upload) -> bool:
            return (
                _fits(filters.get("task"), run.task)
                and _fits(filters.get("setup"), run.setup)
                and _fits(filters.get("run"), run.run)
                and _fits(filters.get("uploader"), run.uploader)
                and _fits(filters.get("flow"), self.world.setups[run.setup][0])
                and ("study" not in filters or run.run in self._runs_of(filters["study"]))
            )

        found = [run for run in self.world.runs if fits(run)]
        if "limit" not in filters and len(found) > LIMITS[kind]:
            raise RefusalError(543, "Too many results")
        return found

    def _runs_of(self, studies: list[int]) -> set[int]:
        content = [self.world.suites[str(study)] for study in studies]
        return {run for one in content for run in one.get("run", [])}

    def _list_evaluations(self, filters: dict[str, Any]) -> str:
        measure = filters.get("function")
        rows = [
            (run, name, value)
            for run in self._chosen("evaluation", filters)
            for name, value in run.values.items()
            if (measure is None or name == measure) and not run.error
        ]
        return _listing(
            "evaluations", [self._evaluation(*row) for row in _page(rows, filters, 542)]
        )

    def _evaluation(self, run: Upload, measure: str, value: float | str | None) -> str:
        task, flow = self.world.tasks[run.task], self.world.setups[run.setup][0]
        told = "" if value is None else f"<oml:value>{value}</oml:value>"
        return (
            f"<oml:evaluation><oml:run_id>{run.run}</oml:run_id><oml:task_id>{run.task}</oml:task_id>"
            f"<oml:setup_id>{run.setup}</oml:setup_id><oml:flow_id>{flow}</oml:flow_id>"
            f"<oml:flow_name>{escape(self.world.flows[flow])}</oml:flow_name>"
            f"<oml:data_id>{task['data']}</oml:data_id>"
            f"<oml:data_name>{escape(self.world.datasets[task['data']]['name'])}</oml:data_name>"
            "<oml:evaluation_engine_id>1</oml:evaluation_engine_id>"
            f"<oml:function>{measure}</oml:function>"
            "<oml:upload_time>2014-04-06 23:30:40</oml:upload_time>"
            f"<oml:uploader>{run.uploader}</oml:uploader>{told}</oml:evaluation>"
        )

    def _list_runs(self, filters: dict[str, Any]) -> str:
        rows = [
            f"<oml:run><oml:run_id>{run.run}</oml:run_id><oml:task_id>{run.task}</oml:task_id>"
            f"<oml:setup_id>{run.setup}</oml:setup_id>"
            f"<oml:flow_id>{self.world.setups[run.setup][0]}</oml:flow_id>"
            f"<oml:uploader>{run.uploader}</oml:uploader>"
            f"<oml:task_type_id>{self.world.tasks[run.task]['kind']}</oml:task_type_id>"
            "<oml:upload_time>2014-04-06 23:30:40</oml:upload_time>"
            f"<oml:error_message>{escape(run.error)}</oml:error_message></oml:run>"
            for run in self._chosen("run", filters)
            if not run.error or filters.get("show_errors") == "true"
        ]
        return _listing("runs", _page(rows, filters, 512))

    def _list_setups(self, filters: dict[str, Any]) -> str:
        wanted = [
            number
            for number, (flow, _) in self.world.setups.items()
            if _fits(filters.get("setup"), number) and _fits(filters.get("flow"), flow)
        ]
        page = _page(wanted, filters, 674)
        if len(page) > self.most_setups:
            raise RefusalError(673, "Result set too big. Please use one of the filters")
        return _listing("setups", [self._setup(number, "setup", "") for number in page])

    def _setup(self, number: int, tag: str, attributes: str) -> str:
        if number not in self.world.setups:
            raise RefusalError(281, "Unknown setup")
        flow, parameters = self.world.setups[number]
        told = "".join(
            self._parameter(flow, at + number * 100, parameter)
            for at, parameter in enumerate(parameters)
        )
        return (
            f"<oml:{tag}{attributes}><oml:setup_id>{number}</oml:setup_id>"
            f"<oml:flow_id>{flow}</oml:flow_id>{told}</oml:{tag}>"
        )

    def _parameter(self, flow: int, number: int, one: Parameter) -> str:
        owner = one.flow if one.flow is not None else flow
        full = self.world.flows[owner]
        bare = full.rpartition("(")[0] if full.endswith(")") else full
        return (
            f"<oml:parameter><oml:id>{number}</oml:id><oml:flow_id>{owner}</oml:flow_id>"
            f"<oml:flow_name>{escape(bare)}</oml:flow_name>"
            f"<oml:full_name>{escape(full)}_{one.name}</oml:full_name>"
            f"<oml:parameter_name>{one.name}</oml:parameter_name>"
            f"<oml:data_type>{one.data_type}</oml:data_type>"
            f"<oml:default_value>{escape(one.default)}</oml:default_value>"
            f"<oml:value>{escape(one.value)}</oml:value></oml:parameter>"
        )

    def _list_tasks(self, filters: dict[str, Any]) -> str:
        rows = [
            self._listed_task(number, task)
            for number, task in self.world.tasks.items()
            if _fits(filters.get("task_id"), number) and _fits(filters.get("data_id"), task["data"])
        ]
        return _listing("tasks", _page(rows, filters, 482))

    def _listed_task(self, number: int, task: Mapping[str, Any]) -> str:
        data = self.world.datasets[task["data"]]
        basic = {"NumberOfInstances", "NumberOfFeatures", "NumberOfClasses", "MinorityClassSize"}
        qualities = "".join(
            f'<oml:quality name="{name}">{value}</oml:quality>'
            for name, value in data["qualities"].items()
            if name in basic
        )
        return (
            f"<oml:task><oml:task_id>{number}</oml:task_id>"
            f"<oml:task_type_id>{task['kind']}</oml:task_type_id>"
            f"<oml:task_type>{KINDS[task['kind']]}</oml:task_type><oml:did>{task['data']}</oml:did>"
            f"<oml:name>{escape(data['name'])}</oml:name><oml:status>active</oml:status>"
            f'<oml:format>ARFF</oml:format><oml:input name="estimation_procedure">'
            f"{task['procedure']}</oml:input>"
            f'<oml:input name="source_data">{task["data"]}</oml:input>'
            f'<oml:input name="target_feature">{escape(task["target"])}</oml:input>{qualities}'
            "</oml:task>"
        )

    def _task(self, number: int) -> str:
        if number not in self.world.tasks:
            raise RefusalError(151, "Unknown task")
        task = self.world.tasks[number]
        return (
            f"<oml:task {XMLNS}><oml:task_id>{number}</oml:task_id>"
            f"<oml:task_type_id>{task['kind']}</oml:task_type_id>"
            f"<oml:task_type>{KINDS[task['kind']]}</oml:task_type>"
            '<oml:input name="source_data"><oml:data_set>'
            f"<oml:data_set_id>{task['data']}</oml:data_set_id>"
            f"<oml:target_feature>{escape(task['target'])}</oml:target_feature></oml:data_set>"
            '</oml:input><oml:input name="estimation_procedure"><oml:estimation_procedure>'
            "<oml:type>crossvalidation</oml:type>"
            '<oml:parameter name="number_repeats">1</oml:parameter>'
            '<oml:parameter name="number_folds">10</oml:parameter>'
            "</oml:estimation_procedure></oml:input></oml:task>"
        )

    def _list_datas(self, filters: dict[str, Any]) -> str:
        rows = [
            f"<oml:dataset><oml:did>{number}</oml:did><oml:name>{escape(data['name'])}</oml:name>"
            f"<oml:version>{data['version']}</oml:version><oml:status>active</oml:status>"
            "</oml:dataset>"
            for number, data in self.world.datasets.items()
            if _fits(filters.get("data_id"), number)
        ]
        return f"<oml:data {XMLNS}>{''.join(_page(rows, filters, 372))}</oml:data>"

    def _qualities(self, number: int) -> str:
        if number not in self.world.datasets:
            raise RefusalError(361, "Unknown dataset")
        qualities = self.world.datasets[number]["qualities"]
        if not qualities:
            raise RefusalError(362, "No qualities found")
        told = "".join(
            f"<oml:quality ><oml:name>{name}</oml:name>"
            f"{'' if value is None else f'<oml:value>{value}</oml:value>'}</oml:quality>"
            for name, value in qualities.items()
        )
        return f"<oml:data_qualities {XMLNS}>{told}</oml:data_qualities>"

    def _flow(self, number: int) -> str:
        if number not in self.world.flows:
            raise RefusalError(181, "Unknown flow")
        name = escape(self.world.flows[number].rpartition("(")[0])
        return (
            f"<oml:flow {XMLNS}><oml:id>{number}</oml:id><oml:fullName>{name}</oml:fullName>"
            f"<oml:name>{name}</oml:name><oml:version>1</oml:version></oml:flow>"
        )

    def _study(self, name: str) -> str:
        if name not in self.world.suites:
            raise RefusalError(601, "Unknown study")
        content = self.world.suites[name]
        lists = "".join(
            f"<oml:{kind}s>"
            + "".join(f"<oml:{kind}_id>{one}</oml:{kind}_id>" for one in content[kind])
            + f"</oml:{kind}s>"
            for kind in ("task", "flow", "setup", "run")
            if kind in content
        )
        return (
            f"<oml:study {XMLNS}><oml:id>{content.get('id', 99)}</oml:id>"
            f"<oml:alias>{name}</oml:alias>"
            f"<oml:main_entity_type>{content.get('entity', 'task')}</oml:main_entity_type>"
            f"<oml:name>{name}</oml:name><oml:description>d</oml:description>"
            "<oml:status>active</oml:status><oml:creation_date>2019-02-16</oml:creation_date>"
            f"<oml:creator>1</oml:creator>{lists}</oml:study>"
        )

    def _list_users(self, filters: dict[str, Any]) -> str:
        rows = [
            f"<oml:user><oml:id>{one}</oml:id><oml:username>user {one}</oml:username></oml:user>"
            for one in filters["user_id"]
        ]
        return _listing("users", rows)


KINDS = {1: "Supervised Classification", 2: "Supervised Regression", 5: "Clustering"}
PROCEDURES = (
    f"<oml:estimationprocedures {XMLNS}><oml:estimationprocedure><oml:id>1</oml:id>"
    "<oml:ttid>1</oml:ttid><oml:name>10-fold Crossvalidation</oml:name>"
    "<oml:type>crossvalidation</oml:type><oml:repeats>1</oml:repeats><oml:folds>10</oml:folds>"
    "</oml:estimationprocedure><oml:estimationprocedure><oml:id>77</oml:id><oml:ttid>1</oml:ttid>"
    "<oml:name>3 times 4-fold</oml:name><oml:type>crossvalidation</oml:type>"
    "<oml:repeats>3</oml:repeats><oml:folds>4</oml:folds></oml:estimationprocedure>"
    "</oml:estimationprocedures>"
)


def _filters(kind: str, words: list[str]) -> dict[str, Any]:
    """Read ``name/value`` pairs; ids are lists of numbers."""
    found: dict[str, Any] = {}
    for name, value in zip(words[::2], words[1::2], strict=True):
        if name not in LEGAL[kind].split():
            raise RefusalError(ILLEGAL[kind], "Illegal filter specified")
        if name in NUMBERS or name in ("user_id", "study"):
            if not all(part.isdigit() for part in value.split(",")):
                raise RefusalError(ILLEGAL[kind] - 3, "Input not safe")
            found[name] = [int(part) for part in value.split(",")]
        else:
            found[name] = value
    if "offset" in found and "limit" not in found:
        raise RefusalError(ILLEGAL[kind] + 1, "Can not specify offset without limit")
    if kind in LIMITS and found.get("limit", [0])[0] > LIMITS[kind]:
        raise RefusalError(TOO_HIGH[kind], "Requested result limit too high. ")
    return found


def _fits(wanted: list[int] | None, number: int) -> bool:
    return wanted is None or number in wanted


def _page(rows: list[Any], filters: Mapping[str, Any], nothing: int) -> list[Any]:
    begin = filters.get("offset", [0])[0]
    end = begin + filters["limit"][0] if "limit" in filters else None
    page = rows[begin:end]
    if not page:
        raise RefusalError(nothing, "No results")
    return page[: filters["most"]]


def _listing(name: str, rows: Iterable[str]) -> str:
    return f"<oml:{name} {XMLNS}>\n{chr(10).join(rows)}\n</oml:{name}>\n"
