"""
Modal's API for tests, as far as the back ends need it, from the types of Modal's own package (modal_proto). A request
with a field that these do not describe is refused. A sandbox is a process here; it runs WORKER_PROGRAM in place of
the image's worker, or waits. So does a call of a function, for which MODAL_APP runs as Modal would (`call.py`). Prints
its address. On stdin, a line of JSON is either {"trouble": {method, status,
details, isLate}}, which the next such call meets, or {}; both print the sandboxes and the
calls.
"""

import asyncio
import base64
import json
import os
import signal
import sys
import time
import uuid

import cbor2
from google.protobuf import unknown_fields
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from grpclib import GRPCError, Status
from grpclib.server import Server
from modal_proto import api_pb2
from modal_proto.api_grpc import ModalClientBase

TOKEN = ("ak-of-the-account", "as-of-the-account")
WORKER_PROGRAM = os.environ.get("WORKER_PROGRAM")
MODAL_APP = os.environ.get("MODAL_APP")
WAIT = [sys.executable, "-c", "import time; time.sleep(600)"]
PASSED_ON = ("PATH", "HOME", "FFMPEG_PATH", "FFPROBE_PATH")


def encode(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


AUTH_TOKEN = f"{encode({'alg': 'none'})}.{encode({'exp': int(time.time()) + 86400})}.c2ln"


def refuse_unknown(message):
    if len(unknown_fields.UnknownFieldSet(message)) > 0:
        raise GRPCError(Status.INVALID_ARGUMENT, f"unknown field in {message.DESCRIPTOR.name}")
    for field, value in message.ListFields():
        if field.message_type is None or field.message_type.GetOptions().map_entry:
            continue
        for each in value if field.is_repeated else [value]:
            refuse_unknown(each)


def rpc(call):
    async def serve(self, stream):
        request = await stream.recv_message()
        refuse_unknown(request)
        given = (stream.metadata.get("x-modal-token-id"), stream.metadata.get("x-modal-token-secret"))
        if given != TOKEN:
            raise GRPCError(Status.UNAUTHENTICATED, "Token missing. Could not authenticate client.")
        is_first = call.__name__ == "AuthTokenGet"
        if not is_first and stream.metadata.get("x-modal-auth-token") != AUTH_TOKEN:
            raise GRPCError(Status.UNAUTHENTICATED, "x-modal-auth-token is missing")
        trouble = self.trouble if self.trouble and self.trouble["method"] == call.__name__ else None
        if trouble:
            self.trouble = None
            if trouble.get("isLate"):
                await call(self, request)
            raise GRPCError(Status(trouble["status"]), trouble["details"])
        await stream.send_message(await call(self, request))

    serve.__name__ = call.__name__
    return serve


class Sandbox:
    def __init__(self, sandbox_id, request, environment):
        self.id = sandbox_id
        self.definition = request.definition
        self.app_id = request.app_id
        self.tags = list(request.tags)
        self.environment = environment
        self.created_at = time.time()
        self.process = None
        self.task = None

    @property
    def is_running(self):
        return self.process is None or self.process.returncode is None

    async def start(self):
        arguments = list(self.definition.entrypoint_args)
        if arguments[0] != "node" or arguments[-1] != "/app/worker.js":
            raise GRPCError(Status.INVALID_ARGUMENT, f"the image has no {' '.join(arguments)}")
        if WORKER_PROGRAM is None:
            arguments = WAIT
        else:
            arguments[-1] = WORKER_PROGRAM
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self.process = await asyncio.create_subprocess_exec(
            *arguments, env={**kept, **self.environment}, stdout=asyncio.subprocess.DEVNULL, start_new_session=True
        )
        self.task = asyncio.create_task(self.end_in_time())

    async def end_in_time(self):
        try:
            await asyncio.wait_for(self.process.wait(), self.definition.timeout_secs)
        except asyncio.TimeoutError:
            self.kill(signal.SIGKILL)

    def kill(self, number):
        if self.process.returncode is None:
            os.killpg(self.process.pid, number)


class Call:
    """Of the function `worker`."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.process = None
        self.is_canceled = False

    async def start(self):
        command = WAIT if MODAL_APP is None else [sys.executable, os.path.join(os.path.dirname(__file__), "call.py"), MODAL_APP]
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        if WORKER_PROGRAM is not None:
            kept["REELAY_WORKER"] = WORKER_PROGRAM
        self.process = await asyncio.create_subprocess_exec(
            *command, env=kept, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True
        )
        self.output = asyncio.create_task(self.process.communicate(json.dumps(self.arguments).encode()))

    async def wait(self, seconds):
        """The result, or None if there is none in time."""
        done, _ = await asyncio.wait([self.output], timeout=seconds)
        if not done:
            return None
        status = api_pb2.GenericResult
        if self.is_canceled or self.process.returncode != 0:
            return status(status=status.GENERIC_STATUS_TERMINATED, exception="canceled"), 0
        (printed, _) = self.output.result()
        value = json.loads(printed.decode().splitlines()[-1])
        return status(status=status.GENERIC_STATUS_SUCCESS, data=cbor2.dumps(value)), api_pb2.DATA_FORMAT_CBOR


class Modal(ModalClientBase):
    def __init__(self):
        self.calls = {}
        self.apps = {}
        self.images = {}
        self.secrets = {}
        self.sandboxes = []
        self.trouble = None

    def find(self, sandbox_id):
        for sandbox in self.sandboxes:
            if sandbox.id == sandbox_id:
                return sandbox
        raise GRPCError(Status.NOT_FOUND, f"Sandbox {sandbox_id} not found")

    async def create(self, sandbox_id, request, environment):
        definition = request.definition
        if request.app_id not in self.apps.values() or definition.image_id not in self.images:
            raise GRPCError(Status.NOT_FOUND, "App or image not found")
        if any(each.is_running and each.definition.name == definition.name for each in self.sandboxes):
            raise GRPCError(Status.ALREADY_EXISTS, f"Sandbox with name '{definition.name}' already exists")
        sandbox = Sandbox(sandbox_id, request, environment)
        self.sandboxes.append(sandbox)
        await sandbox.start()
        return sandbox

    @rpc
    async def AuthTokenGet(self, request):
        return api_pb2.AuthTokenGetResponse(token=AUTH_TOKEN)

    @rpc
    async def AppGetOrCreate(self, request):
        if request.object_creation_type != api_pb2.OBJECT_CREATION_TYPE_CREATE_IF_MISSING:
            raise GRPCError(Status.NOT_FOUND, "App not found")
        return api_pb2.AppGetOrCreateResponse(app_id=self.apps.setdefault(request.app_name, f"ap-{uuid.uuid4().hex[:22]}"))

    @rpc
    async def EnvironmentGetOrCreate(self, request):
        settings = api_pb2.EnvironmentSettings(image_builder_version="2026.01")
        return api_pb2.EnvironmentGetOrCreateResponse(
            environment_id="en-1", metadata=api_pb2.EnvironmentMetadata(name="main", settings=settings)
        )

    @rpc
    async def ImageGetOrCreate(self, request):
        commands = list(request.image.dockerfile_commands)
        image_id = f"im-{len(self.images)}"
        is_missing = any("missing:" in command for command in commands)
        self.images[image_id] = commands
        result = api_pb2.GenericResult(
            status=api_pb2.GenericResult.GENERIC_STATUS_FAILURE if is_missing else api_pb2.GenericResult.GENERIC_STATUS_SUCCESS,
            exception="manifest unknown" if is_missing else "",
        )
        return api_pb2.ImageGetOrCreateResponse(image_id=image_id, result=result)

    @rpc
    async def SecretGetOrCreate(self, request):
        if request.deployment_name and request.deployment_name not in self.secrets:
            raise GRPCError(Status.NOT_FOUND, f"Secret '{request.deployment_name}' not found")
        secret_id = f"st-{len(self.secrets)}"
        self.secrets[secret_id] = dict(request.env_dict)
        return api_pb2.SecretGetOrCreateResponse(secret_id=secret_id)

    @rpc
    async def SandboxCreateV2(self, request):
        environment = {}
        for source in request.secret_sources:
            environment.update(source.env.contents)
        sandbox = await self.create(f"sb-{uuid.uuid4().hex}-v2", request, environment)
        return api_pb2.SandboxCreateV2Response(sandbox_id=sandbox.id, task_id=f"ta-{sandbox.id}")

    @rpc
    async def SandboxCreate(self, request):
        environment = {}
        for secret_id in request.definition.secret_ids:
            environment.update(self.secrets[secret_id])
        sandbox = await self.create(f"sb-{uuid.uuid4().hex[:22]}", request, environment)
        return api_pb2.SandboxCreateResponse(sandbox_id=sandbox.id)

    @rpc
    async def SandboxGetTaskId(self, request):
        # A sandbox with a GPU waits for its place.
        await asyncio.sleep(1)
        return api_pb2.SandboxGetTaskIdResponse()

    def named(self, request, is_v2):
        named = [
            each
            for each in self.sandboxes
            if each.definition.name == request.sandbox_name and each.id.endswith("-v2") == is_v2
        ]
        # The one that runs, or else the last one that ended.
        for sandbox in sorted(named, key=lambda each: (each.is_running, each.created_at), reverse=True):
            if sandbox.is_running or request.include_terminated:
                return api_pb2.SandboxGetFromNameResponse(sandbox_id=sandbox.id)
        raise GRPCError(Status.NOT_FOUND, f"Sandbox '{request.sandbox_name}' not found")

    @rpc
    async def SandboxGetFromNameV2(self, request):
        return self.named(request, True)

    @rpc
    async def SandboxGetFromName(self, request):
        return self.named(request, False)

    @rpc
    async def SandboxListV2(self, request):
        wanted = {(tag.tag_name, tag.tag_value) for tag in request.tags}
        found = [
            each
            for each in sorted(self.sandboxes, key=lambda each: -each.created_at)
            if each.app_id == request.app_id
            and (each.is_running or request.include_finished)
            and wanted <= {(tag.tag_name, tag.tag_value) for tag in each.tags}
            and (request.before_timestamp == 0 or each.created_at < request.before_timestamp)
        ]
        return api_pb2.SandboxListResponse(
            sandboxes=[api_pb2.SandboxInfo(id=each.id, created_at=each.created_at) for each in found[:2]]
        )

    @rpc
    async def SandboxTagsGetV2(self, request):
        return api_pb2.SandboxTagsGetResponse(tags=self.find(request.sandbox_id).tags)

    @rpc
    async def SandboxTagsGet(self, request):
        return api_pb2.SandboxTagsGetResponse(tags=self.find(request.sandbox_id).tags)

    async def terminate(self, request):
        self.find(request.sandbox_id).kill(signal.SIGTERM)
        return api_pb2.SandboxTerminateResponse()

    @rpc
    async def SandboxTerminateV2(self, request):
        return await self.terminate(request)

    @rpc
    async def SandboxTerminate(self, request):
        return await self.terminate(request)


    @rpc
    async def FunctionGet(self, request):
        if (request.app_name, request.object_tag) != ("reelay-workers", "worker"):
            raise GRPCError(Status.NOT_FOUND, f"Function {request.object_tag} not found")
        formats = [api_pb2.DATA_FORMAT_PICKLE, api_pb2.DATA_FORMAT_CBOR]
        metadata = api_pb2.FunctionHandleMetadata(
            function_name="worker", supported_input_formats=formats, supported_output_formats=formats
        )
        return api_pb2.FunctionGetResponse(function_id="fu-1", handle_metadata=metadata)

    @rpc
    async def FunctionMap(self, request):
        (item,) = request.pipelined_inputs
        (arguments, keywords) = cbor2.loads(item.input.args)
        if request.function_id != "fu-1" or len(arguments) != 3 or keywords:
            raise GRPCError(Status.INVALID_ARGUMENT, "worker takes name, environment and ends_within_seconds")
        call_id = f"fc-{uuid.uuid4().hex[:22]}"
        self.calls[call_id] = Call(arguments)
        await self.calls[call_id].start()
        return api_pb2.FunctionMapResponse(
            function_call_id=call_id, pipelined_inputs=[api_pb2.FunctionPutInputsResponseItem(idx=0, input_id="in-1")]
        )

    def call(self, call_id):
        if call_id not in self.calls:
            raise GRPCError(Status.NOT_FOUND, f"Function call {call_id} not found")
        return self.calls[call_id]

    @rpc
    async def FunctionCallFromId(self, request):
        self.call(request.function_call_id)
        return api_pb2.FunctionCallFromIdResponse(function_call_id=request.function_call_id, num_inputs=1)

    @rpc
    async def FunctionGetOutputs(self, request):
        result = await self.call(request.function_call_id).wait(request.timeout)
        if result is None:
            return api_pb2.FunctionGetOutputsResponse(num_unfinished_inputs=1)
        item = api_pb2.FunctionGetOutputsItem(result=result[0], data_format=result[1])
        return api_pb2.FunctionGetOutputsResponse(idxs=[0], outputs=[item])

    @rpc
    async def FunctionCallCancel(self, request):
        call = self.call(request.function_call_id)
        call.is_canceled = True
        if call.process.returncode is None:
            # As Modal's containers interrupt a function.
            call.process.send_signal(signal.SIGUSR1)
        return Empty()


def unimplemented(name):
    async def refuse(self, stream):
        raise GRPCError(Status.UNIMPLEMENTED, f"{name} is not part of the tests")

    return refuse


for name in list(Modal.__abstractmethods__):
    setattr(Modal, name, unimplemented(name))
Modal.__abstractmethods__ = frozenset()


async def main():
    modal = Modal()
    server = Server([modal])
    await server.start("127.0.0.1", 0)
    (port,) = {sock.getsockname()[1] for listener in [server._server] for sock in listener.sockets}
    print(json.dumps({"url": f"http://127.0.0.1:{port}"}), flush=True)
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        modal.trouble = json.loads(line).get("trouble", modal.trouble)
        shown = [
            {
                "id": each.id,
                "isRunning": each.is_running,
                "exitCode": each.process.returncode if each.process else None,
                "environment": each.environment,
                "image": modal.images[each.definition.image_id],
                "definition": MessageToDict(each.definition, preserving_proto_field_name=True),
            }
            for each in modal.sandboxes
        ]
        calls = [
            {"id": call_id, "isRunning": each.process.returncode is None, "arguments": each.arguments}
            for call_id, each in modal.calls.items()
        ]
        print(json.dumps({"sandboxes": shown, "calls": calls}), flush=True)
    for sandbox in modal.sandboxes:
        sandbox.kill(signal.SIGKILL)
    for call in modal.calls.values():
        if call.process.returncode is None:
            os.killpg(call.process.pid, signal.SIGKILL)
    server.close()


asyncio.run(main())
