"""Published clients find their way: grpcio with server reflection, and the same calls by hand over
REST and gRPC-Web with the same results and the same errors."""

import base64
import struct
import urllib.request

import grpc
import pytest
from conftest import wait_for
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

SERVICE = "zitadel.management.v1.ManagementService"
METHOD = f"/{SERVICE}/UpdateHumanPhone"
# gRPC code and HTTP status of each kind of error
STATUS = {3: 400, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 16: 401}


class Refused(Exception):
    """An error of the API, the same for every client: code, message, and (id, message) of the detail."""

    def __init__(self, code, message, detail):
        super().__init__(code, message, detail)


@pytest.fixture(scope="module")
def channel(belfry):
    with grpc.insecure_channel(belfry.address) as channel:
        yield channel


@pytest.fixture(scope="module")
def pool(channel):
    """The descriptors as the server itself tells them."""
    return descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(channel))


@pytest.fixture(scope="module")
def clients(belfry, channel, pool):
    """One function for each way to call UpdateHumanPhone: request and headers in, answer out."""
    method = pool.FindServiceByName(SERVICE).methods_by_name["UpdateHumanPhone"]
    request_class = message_factory.GetMessageClass(method.input_type)
    response_class = message_factory.GetMessageClass(method.output_type)
    error_class = message_factory.GetMessageClass(
        pool.FindMessageTypeByName("zitadel.v1.ErrorDetail")
    )
    status_class = message_factory.GetMessageClass(pool.FindMessageTypeByName("google.rpc.Status"))

    def refused(code, message, details):
        status = status_class.FromString(details) if details else status_class()
        found = [error_class.FromString(any.value) for any in status.details]
        detail = (found[0].id, found[0].message) if found else None
        return Refused(code, message, detail)

    def grpcio(request, headers):
        call = channel.unary_unary(
            METHOD,
            request_serializer=request_class.SerializeToString,
            response_deserializer=response_class.FromString,
        )
        message = json_format.ParseDict(request, request_class())
        try:
            answer = call(message, metadata=list(headers.items()), timeout=30)
        except grpc.RpcError as error:
            trailers = dict(error.trailing_metadata())
            raise refused(
                error.code().value[0], error.details(), trailers.get("grpc-status-details-bin")
            ) from None
        return json_format.MessageToDict(answer)

    def rest(request, headers):
        body = {name: value for name, value in request.items() if name != "userId"}
        path = f"/management/v1/users/{request['userId']}/phone"
        headers = {name.title(): value for name, value in headers.items()}
        token = headers.pop("Authorization", "").removeprefix("Bearer ")
        if not token:
            headers["Authorization"] = ""
        status, answer = belfry.rest("PUT", path, body, token, headers)
        if status == 200:
            return answer
        assert STATUS[answer["code"]] == status
        details = answer.get("details")
        detail = (details[0]["id"], details[0]["message"]) if details else None
        raise Refused(answer["code"], answer["message"], detail)

    def grpc_web(request, headers):
        message = json_format.ParseDict(request, request_class()).SerializeToString()
        call = urllib.request.Request(f"http://{belfry.address}{METHOD}", method="POST")
        call.data = b"\0" + struct.pack(">I", len(message)) + message
        for name, value in headers.items():
            call.add_header(name, value)
        call.add_header("Content-Type", "application/grpc-web+proto")
        call.add_header("X-Grpc-Web", "1")
        with urllib.request.urlopen(call, timeout=30) as answer:
            frames = list(framed(answer.read()))
        flag, text = frames.pop()
        assert flag == 0x80
        lines = (line.partition(":") for line in text.decode().splitlines())
        trailers = {name: value.strip() for name, _, value in lines}
        code = int(trailers["grpc-status"])
        if code == 0:
            [(_, message)] = frames
            return json_format.MessageToDict(response_class.FromString(message))
        details = trailers.get("grpc-status-details-bin", "")
        details = base64.b64decode(details + "=" * (-len(details) % 4))
        message = urllib.request.unquote(trailers.get("grpc-message", ""))
        raise refused(code, message, details)

    return {"grpcio": grpcio, "rest": rest, "grpc-web": grpc_web}


def framed(body):
    while body:
        flag, length = struct.unpack(">BI", body[:5])
        assert len(body) >= 5 + length, "a frame is cut short"
        yield flag, body[5 : 5 + length]
        body = body[5 + length :]


def test_reflection_tells_the_services(channel):
    services = ProtoReflectionDescriptorDatabase(channel).get_services()
    assert {
        "zitadel.management.v1.ManagementService",
        "zitadel.auth.v1.AuthService",
        "zitadel.admin.v1.AdminService",
        "zitadel.user.v2.UserService",
        "grpc.health.v1.Health",
    } <= set(services)


def test_health_is_serving(channel):
    stub = health_pb2_grpc.HealthStub(channel)
    for service in ["", SERVICE]:
        answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=30)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize("name", ["grpcio", "rest", "grpc-web"])
def test_a_phone_is_changed_and_the_code_arrives(belfry, clients, name):
    user, number = belfry.human(), belfry.number()
    headers = {"authorization": f"Bearer {belfry.token}"}
    answer = clients[name]({"userId": user, "phone": number}, headers)
    details = answer.pop("details")
    assert answer == {}
    assert details.keys() == {"sequence", "creationDate", "changeDate", "resourceOwner"}
    assert (details["sequence"], details["resourceOwner"]) == ("4", belfry.org)
    wait_for(lambda: belfry.sms_to(number), 15, "no SMS")
    status, shown = belfry.rest("GET", f"/management/v1/users/{user}/phone")
    assert (status, shown["phone"]) == (200, {"phone": number})


def test_every_client_gets_the_same_errors(belfry, clients):
    user, number = belfry.human(), belfry.number()
    mine = {"authorization": f"Bearer {belfry.token}"}
    clients["grpcio"]({"userId": user, "phone": number}, mine)
    cases = [
        ({"userId": user, "phone": number}, mine, 9, "COMMAND-wF94r"),
        ({"userId": "1", "phone": number}, mine, 9, "COMMAND-3M0fs"),
        ({"userId": user, "phone": "+41"}, mine, 3, "PHONE-so0wa"),
        ({"userId": user, "phone": "0791234567"}, mine, 3, None),
        ({"userId": user}, mine, 3, None),
        ({"userId": user, "phone": number}, {}, 16, None),
        ({"userId": user, "phone": number}, {"authorization": "Bearer x"}, 16, "AUTH-7fs1e"),
        ({"userId": user, "phone": number}, {**mine, "x-zitadel-orgid": "1"}, 7, "AUTH-Bs7Ds"),
    ]
    for request, headers, code, error_id in cases:
        seen = set()
        for call in clients.values():
            with pytest.raises(Refused) as refused:
                call(request, headers)
            seen.add(refused.value.args)
        [(seen_code, message, detail)] = seen
        assert (seen_code, detail and detail[0]) == (code, error_id), message
