"""A Python client at the gateway, as its users write it. The argument names the client, or is `--versions`.

A line of standard input asks for one thing: {"do", "origin", "key", "model"}. A line of standard output answers it: {"text", "ran"},
what the model said last and which tools were run on the way, or {"error"}.
"""

import asyncio
import importlib.metadata
import json
import os
import sys

ANSWER = "Say hello."
LOOP = "Read note.txt, count its lines, and tell me."

RAN = []


def read_note(path: str) -> str:
    """Reads a file."""
    RAN.append("read_note")
    return "The password is swordfish."


def count_lines(path: str) -> str:
    """Counts the lines of a file."""
    RAN.append("count_lines")
    return "1"


TOOLS = {"read_note": read_note, "count_lines": count_lines}
PATH = {
    "type": "object",
    "properties": {"path": {"type": "string"}},
    "required": ["path"],
    "additionalProperties": False,
}


def described(name):
    return {"name": name, "description": TOOLS[name].__doc__, "parameters": PATH}


def run_tool(name, arguments):
    given = json.loads(arguments) if isinstance(arguments, str) else arguments
    return TOOLS[name](**given)


def rounds(ask, first):
    """Asks until the model has no more calls. `ask` takes the messages and gives the text, the calls and the messages after them."""
    messages = first
    while True:
        text, calls, messages = ask(messages)
        if not calls:
            return text


def base(asked):
    return asked["origin"] + "/v1"


def openai_client(asked):
    from openai import OpenAI

    return OpenAI(base_url=base(asked), api_key=asked["key"], max_retries=0)


def openai_chat(asked, prompt, tools, stream):
    client = openai_client(asked)
    more = {"tools": [{"type": "function", "function": described(name)} for name in TOOLS]} if tools else {}

    def ask(messages):
        request = {"model": asked["model"], "messages": messages, **more}
        if stream:
            with client.chat.completions.stream(**request) as events:
                for _ in events:
                    pass
                message = events.get_final_completion().choices[0].message
        else:
            message = client.chat.completions.create(**request).choices[0].message
        calls = message.tool_calls or []
        said = message.model_dump(include={"role", "content", "tool_calls"}, exclude_none=True)
        for call in said.get("tool_calls", []):
            call["function"].pop("parsed_arguments", None)
        results = [
            {"role": "tool", "tool_call_id": call.id, "content": run_tool(call.function.name, call.function.arguments)}
            for call in calls
        ]
        return message.content, calls, [*messages, said, *results]

    return rounds(ask, [{"role": "user", "content": prompt}])


def openai_responses(asked, prompt, tools, stream):
    client = openai_client(asked)
    more = {"tools": [{"type": "function", "strict": True, **described(name)} for name in TOOLS]} if tools else {}

    def ask(items):
        request = {"model": asked["model"], "input": items, "store": False, **more}
        if stream:
            with client.responses.stream(**request) as events:
                for _ in events:
                    pass
                response = events.get_final_response()
        else:
            response = client.responses.create(**request)
        calls = [item for item in response.output if item.type == "function_call"]
        results = [
            {"type": "function_call_output", "call_id": call.call_id, "output": run_tool(call.name, call.arguments)}
            for call in calls
        ]
        said = [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in response.output]
        return response.output_text, calls, [*items, *said, *results]

    return rounds(ask, [{"role": "user", "content": prompt}])


def agents(asked, prompt, tools, stream):
    from agents import Agent, OpenAIProvider, RunConfig, Runner, function_tool
    from openai import AsyncOpenAI

    async def run():
        async with AsyncOpenAI(base_url=base(asked), api_key=asked["key"], max_retries=0) as client:
            agent = Agent(
                name="Reader",
                instructions="Be brief.",
                model=asked["model"],
                tools=[function_tool(tool) for tool in TOOLS.values()] if tools else [],
            )
            config = RunConfig(model_provider=OpenAIProvider(openai_client=client), tracing_disabled=True)
            if not stream:
                return (await Runner.run(agent, prompt, run_config=config)).final_output
            result = Runner.run_streamed(agent, prompt, run_config=config)
            async for _ in result.stream_events():
                pass
            return result.final_output

    return asyncio.run(run())


def pydantic_ai(prefix):
    def run(asked, prompt, tools, stream):
        import pydantic_ai

        os.environ.update(
            OPENAI_BASE_URL=base(asked),
            OPENAI_API_KEY=asked["key"],
            ANTHROPIC_BASE_URL=asked["origin"],
            ANTHROPIC_API_KEY=asked["key"],
        )

        async def ask():
            agent = pydantic_ai.Agent(f"{prefix}:{asked['model']}", tools=list(TOOLS.values()) if tools else [])
            if not stream:
                return (await agent.run(prompt)).output
            async with agent.run_stream(prompt) as result:
                return await result.get_output()

        return asyncio.run(ask())

    return run


def langchain(**options):
    def run(asked, prompt, tools, stream):
        from langchain_core.messages import HumanMessage, ToolMessage
        from langchain_openai import ChatOpenAI

        model = ChatOpenAI(base_url=base(asked), api_key=asked["key"], model=asked["model"], max_retries=0, **options)
        bound = model.bind_tools(list(TOOLS.values())) if tools else model

        def ask(messages):
            if stream:
                chunks = list(bound.stream(messages))
                message = sum(chunks[1:], chunks[0])
            else:
                message = bound.invoke(messages)
            results = [
                ToolMessage(run_tool(call["name"], call["args"]), tool_call_id=call["id"]) for call in message.tool_calls
            ]
            return message.text, message.tool_calls, [*messages, message, *results]

        return rounds(ask, [HumanMessage(prompt)])

    return run


def anthropic(asked, prompt, tools, stream):
    from anthropic import Anthropic

    client = Anthropic(base_url=asked["origin"], api_key=asked["key"], max_retries=0)
    declared = [{"name": name, "description": TOOLS[name].__doc__, "input_schema": PATH} for name in TOOLS]
    more = {"tools": declared} if tools else {}

    def ask(messages):
        request = {"model": asked["model"], "max_tokens": 1000, "messages": messages, **more}
        if stream:
            with client.messages.stream(**request) as events:
                message = events.get_final_message()
        else:
            message = client.messages.create(**request)
        calls = [block for block in message.content if block.type == "tool_use"]
        results = [
            {"type": "tool_result", "tool_use_id": call.id, "content": run_tool(call.name, call.input)} for call in calls
        ]
        text = "".join(block.text for block in message.content if block.type == "text")
        said = [{"role": "assistant", "content": message.content}, {"role": "user", "content": results}]
        return text, calls, [*messages, *said]

    return rounds(ask, [{"role": "user", "content": prompt}])


def anthropic_tool_runner(asked, prompt, tools, stream):
    from anthropic import Anthropic, beta_tool

    client = Anthropic(base_url=asked["origin"], api_key=asked["key"], max_retries=0)
    runner = client.beta.messages.tool_runner(
        model=asked["model"],
        max_tokens=1000,
        messages=[{"role": "user", "content": prompt}],
        tools=[beta_tool(tool) for tool in TOOLS.values()] if tools else [],
        stream=stream,
    )
    for message in runner:
        last = message.get_final_message() if stream else message
    return "".join(block.text for block in last.content if block.type == "text")


def litellm_chat(prefix):
    def run(asked, prompt, tools, stream):
        import litellm

        where = asked["origin"] if prefix == "anthropic" else base(asked)
        more = {"tools": [{"type": "function", "function": described(name)} for name in TOOLS]} if tools else {}

        def ask(messages):
            answer = litellm.completion(
                model=f"{prefix}/{asked['model']}",
                messages=messages,
                api_base=where,
                api_key=asked["key"],
                num_retries=0,
                stream=stream,
                **more,
            )
            if stream:
                answer = litellm.stream_chunk_builder(list(answer), messages=messages)
            message = answer.choices[0].message
            calls = message.tool_calls or []
            results = [
                {
                    "role": "tool",
                    "tool_call_id": call.id,
                    "content": run_tool(call.function.name, call.function.arguments),
                }
                for call in calls
            ]
            return message.content, calls, [*messages, message.model_dump(exclude_none=True), *results]

        return rounds(ask, [{"role": "user", "content": prompt}])

    return run


def litellm_responses(asked, prompt, tools, stream):
    import litellm

    # It asks for no stream of the Responses API where it does not know the model's name.
    litellm.register_model({asked["model"]: {"litellm_provider": "openai", "mode": "responses"}})
    more = {"tools": [{"type": "function", "strict": True, **described(name)} for name in TOOLS]} if tools else {}

    def ask(items):
        answer = litellm.responses(
            model=f"openai/{asked['model']}",
            input=items,
            api_base=base(asked),
            api_key=asked["key"],
            stream=stream,
            **more,
        )
        if stream:
            answer = [event for event in answer if event.type == "response.completed"][-1].response
        output = [item if isinstance(item, dict) else item.model_dump(exclude_none=True) for item in answer.output]
        calls = [item for item in output if item["type"] == "function_call"]
        results = [
            {
                "type": "function_call_output",
                "call_id": call["call_id"],
                "output": run_tool(call["name"], call["arguments"]),
            }
            for call in calls
        ]
        texts = [part["text"] for item in output if item["type"] == "message" for part in item["content"]]
        return "".join(texts), calls, [*items, *output, *results]

    return rounds(ask, [{"role": "user", "content": prompt}])


# The client's name: the packages that it needs, and how it asks.
CLIENTS = {
    "openai chat.completions": (["openai"], openai_chat),
    "openai responses": (["openai"], openai_responses),
    "OpenAI Agents SDK": (["openai-agents"], agents),
    "Pydantic AI openai:": (["pydantic-ai-slim", "openai"], pydantic_ai("openai")),
    "Pydantic AI openai-responses:": (["pydantic-ai-slim", "openai"], pydantic_ai("openai-responses")),
    "Pydantic AI openai-chat:": (["pydantic-ai-slim", "openai"], pydantic_ai("openai-chat")),
    "Pydantic AI anthropic:": (["pydantic-ai-slim", "anthropic"], pydantic_ai("anthropic")),
    "LangChain": (["langchain-openai"], langchain()),
    "LangChain use_responses_api": (["langchain-openai"], langchain(use_responses_api=True)),
    "anthropic messages": (["anthropic"], anthropic),
    "anthropic tool_runner": (["anthropic"], anthropic_tool_runner),
    "LiteLLM openai/ completion": (["litellm"], litellm_chat("openai")),
    "LiteLLM openai/ responses": (["litellm"], litellm_responses),
    "LiteLLM anthropic/ completion": (["litellm"], litellm_chat("anthropic")),
}


def versions():
    """Of every client its packages and their versions, or null where one is not installed."""

    def version(package):
        try:
            return f"{package} {importlib.metadata.version(package)}"
        except importlib.metadata.PackageNotFoundError:
            return None

    found = {name: [version(package) for package in packages] for name, (packages, _) in CLIENTS.items()}
    return {name: None if None in list_ else list_ for name, list_ in found.items()}


def answer(run, asked):
    RAN.clear()
    prompt, tools = (LOOP, True) if "loop" in asked["do"] else (ANSWER, False)
    try:
        return {"text": run(asked, prompt, tools, asked["do"].startswith("streamed")), "ran": RAN}
    except Exception as error:
        return {"error": f"{type(error).__module__}.{type(error).__name__}: {error}"}


def main():
    if sys.argv[1] == "--versions":
        print(json.dumps(versions()))
        return
    _, run = CLIENTS[sys.argv[1]]
    # What a client prints must not stand between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(answer(run, json.loads(line))), file=answers, flush=True)


main()
