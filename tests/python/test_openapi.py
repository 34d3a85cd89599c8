"""What the server says about itself: the OpenAPI document, the .proto files and reflection agree."""

import json
import pathlib
import subprocess
import urllib.request

import grpc
import grpc_tools
import pytest
from conftest import BINARY
from google.protobuf import descriptor_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from grpc_tools import protoc
from openapi_spec_validator import OpenAPIV31SpecValidator

VERBS = ("get", "put", "post", "delete", "patch")


def belfry_api(*arguments):
    return subprocess.run([BINARY, "api", *arguments], capture_output=True, text=True)


@pytest.fixture(scope="module")
def document(belfry):
    with urllib.request.urlopen(f"http://{belfry.address}/openapi.json", timeout=30) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        return json.load(answer)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The services as protoc reads them from the written files."""
    folder = tmp_path_factory.mktemp("protos")
    written = belfry_api("protos", folder / "made" / "on the way")
    assert written.returncode == 0, written.stderr
    root = folder / "made" / "on the way"
    names = [str(path.relative_to(root)) for path in root.rglob("*.proto")]
    assert written.stdout == f"{len(names)} files are below {root}\n"
    out = folder / "set.binpb"
    # Where protoc keeps google/protobuf, as every protoc does.
    own = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    arguments = [f"-I{root}", f"-I{own}", f"--python_out={folder}", f"--descriptor_set_out={out}", "--include_imports"]
    assert protoc.main(["protoc", *arguments, *names]) == 0
    return descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())


def rpcs(files):
    return {
        f"{file.package}.{service.name}.{method.name}"
        for file in files
        for service in file.service
        for method in service.method
    }


def test_the_document_is_valid_openapi(document):
    assert document["openapi"] == "3.1.0"
    faults = list(OpenAPIV31SpecValidator(document).iter_errors())
    assert not faults, faults[:3]


def test_the_command_prints_the_document_of_the_server(document):
    printed = belfry_api("openapi")
    assert printed.returncode == 0, printed.stderr
    assert json.loads(printed.stdout) == document


def test_every_rpc_is_in_the_document_once_a_rule(document, files):
    ids = [item[verb]["operationId"] for item in document["paths"].values() for verb in VERBS if verb in item]
    assert len(set(ids)) == len(ids)
    described = {name for name in ids if name.startswith(("zitadel.", "belfry."))}
    known = rpcs(files.file)
    assert len(known) > 200
    assert {name.removesuffix(".2") for name in described} == known


def test_reflection_lists_every_service_and_method(belfry, files):
    with grpc.insecure_channel(belfry.address) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        services = [name for name in database.get_services() if name.startswith(("zitadel.", "belfry."))]
        told = [database.FindFileContainingSymbol(name) for name in services]
    assert rpcs(told) == rpcs(files.file)


def test_every_error_of_an_operation_names_its_status(document):
    """The examples are what a caller sees: code, text and id agree with the status that they stand under."""
    statuses = {3: "400", 5: "404", 6: "409", 7: "403", 8: "429", 9: "400", 10: "409", 12: "501", 16: "401"}
    shared = document["components"]["examples"]
    seen = 0
    for item in document["paths"].values():
        # Errors of OAuth have a form of their own.
        for operation in (one for one in item.values() if one["tags"] != ["oauth"]):
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}).get("application/json", {})
                for example in content.get("examples", {}).values():
                    if "$ref" in example:
                        example = shared[example["$ref"].rsplit("/", 1)[1]]
                    body = example["value"]
                    assert statuses[body["code"]] == status
                    for detail in body.get("details", []):
                        assert body["message"] == f"{detail['message']} ({detail['id']})"
                        seen += 1
    assert seen > 500


@pytest.mark.parametrize("arguments", [[], ["protos"], ["openapi", "more"]])
def test_wrong_use_of_the_command_exits_with_2(arguments):
    refused = belfry_api(*arguments)
    assert refused.returncode == 2 and refused.stderr and not refused.stdout


def test_a_folder_that_cannot_be_made_exits_with_1(tmp_path):
    (tmp_path / "file").write_text("")
    refused = belfry_api("protos", tmp_path / "file" / "below")
    assert refused.returncode == 1
    assert refused.stderr.startswith("belfry: cannot make "), refused.stderr
