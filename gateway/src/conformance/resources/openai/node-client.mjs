// Cases for the official Node client, unmodified: only base URL and key are ours.
// Prints one JSON line per case; the test that starts this reads them. `scripted` is given where tasks are scripted
// and absent where a real model answers.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const [baseURL, apiKey, model, embedder, scripted] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 60_000 });
const user = (content) => [{ role: 'user', content }];
const ask = 'What is the capital of France?';
const story = 'Write a long story about a fox.';
const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const weather = {
  type: 'function',
  function: { name: 'get_weather', description: 'Weather of a city', parameters: schema },
};
const time = { type: 'function', function: { name: 'get_time', parameters: schema } };

async function text(stream) {
  let all = '';
  for await (const chunk of stream) all += chunk.choices[0]?.delta?.content ?? '';
  return all;
}

async function rejects(promise, type, expected) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof type, `${error?.constructor?.name}: ${error}`);
    for (const [key, value] of Object.entries(expected)) assert.equal(error[key], value, key);
    return error;
  }
  throw new Error('nothing was thrown');
}

const create = (body) => client.chat.completions.create({ model, messages: user(ask), ...body });

const cases = {
  async 'models: list'() {
    const ids = [];
    for await (const m of client.models.list()) ids.push([m.id, m.object, typeof m.created]);
    assert.ok(ids.some(([id]) => id === model));
    assert.ok(ids.every(([, object, created]) => object === 'model' && created === 'number'));
  },
  async 'models: retrieve'() {
    assert.equal((await client.models.retrieve(model)).id, model);
  },
  async 'models: an unknown one lists the known ones'() {
    const error = await rejects(client.models.retrieve('nope'), OpenAI.NotFoundError, {
      code: 'model_not_found',
    });
    assert.ok(error.message.includes(model));
  },
  async 'chat: whole'() {
    const { data, response } = await create({ temperature: 0, max_tokens: 32 }).withResponse();
    assert.equal(data.object, 'chat.completion');
    assert.equal(data.model, model);
    assert.match(data.id, /^chatcmpl-/);
    assert.match(data.system_fingerprint, /^fp_/);
    const [choice] = data.choices;
    assert.equal(choice.index, 0);
    assert.equal(choice.message.role, 'assistant');
    assert.equal(choice.message.refusal, null);
    assert.equal(choice.logprobs, null);
    assert.ok(choice.message.content.includes('Paris'), choice.message.content);
    assert.equal(choice.finish_reason, 'stop');
    const { usage } = data;
    assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
    assert.equal(typeof usage.prompt_tokens_details.cached_tokens, 'number');
    assert.match(response.headers.get('myelin-session'), /^[0-9a-f]{64}$/);
    assert.match(response.headers.get('myelin-task'), /^[0-9a-f]{64}$/);
    assert.match(response.headers.get('myelin-receipt'), /^http.*\/api\/v1\/tasks\/[0-9a-f]{64}\/receipt$/);
  },
  async 'chat: streamed text is the whole text'() {
    const whole = await create({ temperature: 0, max_tokens: 32 });
    const stream = await create({ temperature: 0, max_tokens: 32, stream: true });
    assert.equal(await text(stream), whole.choices[0].message.content);
  },
  async 'chat: a stream begins with the role and ends with the reason'() {
    const chunks = [];
    for await (const chunk of await create({ stream: true, temperature: 0, max_tokens: 32 })) {
      chunks.push(chunk);
    }
    assert.equal(chunks[0].choices[0].delta.role, 'assistant');
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
    assert.ok(chunks.slice(0, -1).every((chunk) => chunk.choices[0].finish_reason === null));
    assert.equal(new Set(chunks.map((chunk) => chunk.id)).size, 1);
    assert.ok(chunks.every((chunk) => chunk.object === 'chat.completion.chunk'));
    assert.ok(chunks.every((chunk) => !('usage' in chunk)));
  },
  async 'chat: include_usage'() {
    const chunks = [];
    const options = { stream: true, stream_options: { include_usage: true }, max_tokens: 8 };
    for await (const chunk of await create(options)) chunks.push(chunk);
    assert.deepEqual(chunks.at(-1).choices, []);
    assert.ok(chunks.at(-1).usage.completion_tokens > 0);
    assert.ok(chunks.slice(0, -1).every((chunk) => chunk.usage === null));
  },
  async 'chat: stop'() {
    const { choices } = await create({ temperature: 0, max_tokens: 32, stop: [' France', 'zzz'] });
    assert.equal(choices[0].finish_reason, 'stop');
    assert.ok(!choices[0].message.content.includes('France'));
    assert.ok(choices[0].message.content.length > 0);
  },
  async 'chat: max_tokens'() {
    const { choices, usage } = await create({ max_tokens: 3, temperature: 0 });
    assert.equal(choices[0].finish_reason, 'length');
    assert.equal(usage.completion_tokens, 3);
  },
  async 'chat: max_completion_tokens'() {
    const { choices } = await create({ max_completion_tokens: 2, temperature: 0 });
    assert.equal(choices[0].finish_reason, 'length');
  },
  async 'chat: the same seed, the same text'() {
    const say = async (seed) =>
      (await create({ seed, temperature: 1.5, max_tokens: 12 })).choices[0].message.content;
    assert.equal(await say(7), await say(7));
    assert.notEqual(await say(7), await say(8));
  },
  async 'chat: logprobs'() {
    const { choices } = await create({ logprobs: true, top_logprobs: 3, temperature: 0, max_tokens: 8 });
    const { content, refusal } = choices[0].logprobs;
    assert.equal(refusal, null);
    assert.equal(content.map((t) => t.token).join(''), choices[0].message.content);
    for (const token of content) {
      assert.ok(token.logprob <= 0);
      assert.equal(token.top_logprobs.length, 3);
      assert.deepEqual(token.bytes, [...Buffer.from(token.token)]);
    }
  },
  async 'chat: logprobs in a stream'() {
    let tokens = '';
    let said = '';
    for await (const chunk of await create({ logprobs: true, stream: true, max_tokens: 8 })) {
      said += chunk.choices[0].delta.content ?? '';
      for (const token of chunk.choices[0].logprobs?.content ?? []) tokens += token.token;
    }
    assert.ok(said.length > 0);
    assert.equal(tokens, said);
  },
  async 'chat: n'() {
    const { choices, usage } = await create({ n: 3, seed: 5, temperature: 1.5, max_tokens: 12 });
    assert.deepEqual(choices.map((choice) => choice.index), [0, 1, 2]);
    assert.equal(new Set(choices.map((choice) => choice.message.content)).size, 3);
    assert.ok(usage.completion_tokens > usage.prompt_tokens / 10);
    const alone = await create({ seed: 5, temperature: 1.5, max_tokens: 12 });
    assert.equal(alone.choices[0].message.content, choices[0].message.content);
  },
  async 'chat: n in a stream'() {
    const texts = ['', '', ''];
    const ends = [];
    const options = { n: 3, seed: 5, temperature: 1.5, max_tokens: 12, stream: true };
    for await (const chunk of await create(options)) {
      const [choice] = chunk.choices;
      texts[choice.index] += choice.delta.content ?? '';
      if (choice.finish_reason) ends.push(choice.index);
    }
    assert.deepEqual(ends.sort(), [0, 1, 2]);
    assert.equal(new Set(texts).size, 3);
  },
  async 'chat: json_object'() {
    // Greedy: drawn at random, a small model may wander inside a string until max_tokens cuts it.
    const options = { response_format: { type: 'json_object' }, max_tokens: 200, temperature: 0 };
    const { choices } = await create(options);
    assert.equal(choices[0].finish_reason, 'stop');
    assert.equal(typeof JSON.parse(choices[0].message.content), 'object');
  },
  async 'chat: json_schema through parse()'() {
    const completion = await client.chat.completions.parse({
      model,
      messages: user(ask),
      max_tokens: 200,
      temperature: 0,
      response_format: { type: 'json_schema', json_schema: { name: 'place', strict: true, schema } },
    });
    assert.equal(typeof completion.choices[0].message.parsed.city, 'string');
  },
  async 'tools: a named function is called'() {
    const { choices } = await create({
      tools: [weather, time],
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
      max_tokens: 200,
      temperature: 0,
    });
    const [call] = choices[0].message.tool_calls;
    assert.equal(call.type, 'function');
    assert.equal(call.function.name, 'get_weather');
    assert.equal(typeof JSON.parse(call.function.arguments).city, 'string');
    assert.equal(choices[0].finish_reason, 'tool_calls');
    assert.equal(choices[0].message.content, null);
  },
  async 'tools: a named function is streamed'() {
    let name = '';
    let args = '';
    let reason;
    const stream = await create({
      tools: [weather],
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
      max_tokens: 200,
      temperature: 0,
      stream: true,
    });
    for await (const chunk of stream) {
      const [call] = chunk.choices[0].delta.tool_calls ?? [];
      name += call?.function?.name ?? '';
      args += call?.function?.arguments ?? '';
      reason = chunk.choices[0].finish_reason ?? reason;
    }
    assert.equal(name, 'get_weather');
    assert.equal(typeof JSON.parse(args).city, 'string');
    assert.equal(reason, 'tool_calls');
  },
  async 'tools: required'() {
    const { choices } = await create({
      tools: [weather, time],
      tool_choice: 'required',
      max_tokens: 200,
      temperature: 0,
    });
    const [call] = choices[0].message.tool_calls;
    assert.ok(['get_weather', 'get_time'].includes(call.function.name));
    assert.equal(typeof JSON.parse(call.function.arguments), 'object');
  },
  async 'errors: wrong key'() {
    const wrong = new OpenAI({ baseURL, apiKey: 'wrong', maxRetries: 0 });
    const error = await rejects(wrong.models.list(), OpenAI.AuthenticationError, {
      status: 401,
      code: 'invalid_api_key',
    });
    assert.ok(!error.message.includes('wrong'));
  },
  async 'errors: a value out of range'() {
    await rejects(create({ temperature: 3 }), OpenAI.BadRequestError, {
      param: 'temperature',
      code: 'decimal_above_max_value',
      type: 'invalid_request_error',
    });
  },
  async 'errors: an unknown parameter'() {
    await rejects(create({ frobnicate: 1 }), OpenAI.BadRequestError, {
      param: 'frobnicate',
      code: 'unknown_parameter',
    });
  },
  async 'errors: a refused parameter'() {
    await rejects(create({ functions: [] }), OpenAI.BadRequestError, {
      param: 'functions',
      code: 'unsupported_parameter',
    });
  },
  async 'errors: an unknown model'() {
    await rejects(create({ model: 'nope' }), OpenAI.NotFoundError, {
      param: 'model',
      code: 'model_not_found',
    });
  },
  async 'cancellation: abort ends a stream'() {
    const { data: stream, response } = await create({
      stream: true, messages: user(scripted ? '!endless' : story), max_tokens: 1000,
    }).withResponse();
    let seen = 0;
    for await (const chunk of stream) {
      seen += chunk.choices.length;
      if (seen > 3) stream.controller.abort();
    }
    assert.ok(seen > 3);
    return response.headers.get('myelin-task');
  },
  async '50 parallel streams'() {
    const streams = await Promise.all(
      Array.from({ length: 50 }, () => create({ stream: true, temperature: 0, max_tokens: 8 })),
    );
    const texts = await Promise.all(streams.map(text));
    assert.equal(new Set(texts).size, 1);
    assert.ok(texts[0].length > 0);
  },
  async 'stream helper: finalChatCompletion'() {
    const runner = client.chat.completions.stream({ model, messages: user(ask), temperature: 0, max_tokens: 32 });
    const final = await runner.finalChatCompletion();
    assert.ok(final.choices[0].message.content.includes('Paris'));
  },
  async 'completions: whole'() {
    const completion = await client.completions.create({ model, prompt: 'The capital', max_tokens: 4, temperature: 0 });
    assert.equal(completion.object, 'text_completion');
    assert.match(completion.id, /^cmpl-/);
    assert.equal(completion.choices[0].logprobs, null);
    assert.ok(completion.choices[0].text.length > 0);
    assert.equal(completion.usage.completion_tokens, 4);
  },
  async 'completions: streamed'() {
    let said = '';
    const request = { model, prompt: 'The capital', max_tokens: 6, temperature: 0 };
    for await (const chunk of await client.completions.create({ ...request, stream: true })) {
      said += chunk.choices[0].text;
    }
    const whole = await client.completions.create(request);
    assert.equal(said, whole.choices[0].text);
  },
  async 'completions: several prompts, n, echo'() {
    const { choices } = await client.completions.create({
      model, prompt: ['One', 'Two'], n: 2, echo: true, max_tokens: 3,
    });
    assert.deepEqual(choices.map((c) => c.index), [0, 1, 2, 3]);
    assert.deepEqual(choices.map((c) => c.text.slice(0, 3)), ['One', 'One', 'Two', 'Two']);
  },
  async 'completions: logprobs'() {
    const { choices } = await client.completions.create({
      model, prompt: 'The capital', logprobs: 2, max_tokens: 4, temperature: 0,
    });
    const { tokens, token_logprobs, top_logprobs, text_offset } = choices[0].logprobs;
    assert.equal(tokens.join(''), choices[0].text);
    assert.equal(token_logprobs.length, tokens.length);
    assert.ok(top_logprobs.every((top) => Object.keys(top).length >= 1));
    tokens.forEach((token, i) =>
      assert.ok(choices[0].text.slice(text_offset[i]).startsWith(token)));
  },
  async 'completions: suffix is refused'() {
    await rejects(client.completions.create({ model, prompt: 'a', suffix: 'b' }), OpenAI.BadRequestError, {
      param: 'suffix',
    });
  },
};

const embeddings = {
  async 'embeddings: the client asks for base64 and decodes it'() {
    const { data, usage, object } = await client.embeddings.create({ model: embedder, input: ['a', 'bb'] });
    assert.equal(object, 'list');
    assert.deepEqual(data.map((e) => [e.index, e.object]), [[0, 'embedding'], [1, 'embedding']]);
    assert.equal(data[0].embedding.length, data[1].embedding.length);
    assert.equal(usage.total_tokens, usage.prompt_tokens);
  },
  async 'embeddings: floats are the same'() {
    const request = { model: embedder, input: 'Hello' };
    const floats = await client.embeddings.create({ ...request, encoding_format: 'float' });
    const base64 = await client.embeddings.create(request);
    assert.deepEqual(
      [...floats.data[0].embedding].map(Math.fround),
      [...base64.data[0].embedding],
    );
  },
};

const troubles = {
  async 'tools: auto, the call is read from the text'() {
    const { choices } = await create({ tools: [weather], temperature: 0 });
    assert.equal(choices[0].finish_reason, 'tool_calls');
    assert.equal(choices[0].message.content, null);
    assert.deepEqual(JSON.parse(choices[0].message.tool_calls[0].function.arguments), { city: 'Paris' });
  },
  async 'tools: runTools() goes round'() {
    let called = '';
    const runner = client.chat.completions.runTools({
      model,
      messages: user(ask),
      temperature: 0,
      tools: [{
        type: 'function',
        function: {
          name: 'get_weather', parameters: schema, parse: JSON.parse,
          function: ({ city }) => { called = city; return 'sunny'; },
        },
      }],
    });
    assert.ok((await runner.finalContent()).includes('Paris'));
    assert.equal(called, 'Paris');
  },
  async 'errors: the queue is full'() {
    const error = await rejects(create({ messages: user('!reject QUEUE_FULL') }), OpenAI.RateLimitError, {
      status: 429, code: 'rate_limit_exceeded',
    });
    assert.equal(error.headers.get('retry-after'), '3');
  },
  async 'errors: the budget is used up, and the client does not try again'() {
    let requests = 0;
    const counting = new OpenAI({
      baseURL, apiKey, maxRetries: 2,
      fetch: (url, init) => { requests++; return fetch(url, init); },
    });
    await rejects(
      counting.chat.completions.create({ model, messages: user('!reject LIMIT_REACHED') }),
      OpenAI.RateLimitError, { code: 'insufficient_quota' },
    );
    assert.equal(requests, 1);
  },
  async 'errors: no node'() {
    await rejects(create({ messages: user('!reject NO_NODE') }), OpenAI.InternalServerError, { status: 503 });
  },
  async 'errors: prompt too long, even when streaming'() {
    await rejects(
      create({ stream: true, messages: user('!fail context_length_exceeded') }),
      OpenAI.BadRequestError, { code: 'context_length_exceeded', param: 'messages', status: 400 },
    );
  },
  async 'errors: deadline'() {
    await rejects(create({ messages: user('!fail deadline_exceeded') }), OpenAI.InternalServerError, { status: 504 });
  },
  async 'errors: in the middle of a stream'() {
    const stream = await create({ stream: true, messages: user('!break no_node_left') });
    let said = '';
    await rejects(
      (async () => { for await (const c of stream) said += c.choices[0].delta.content ?? ''; })(),
      OpenAI.APIError, { code: 'no_node_left', type: 'server_error' },
    );
    assert.equal(said, 'Two words');
  },
};

const live = {
  async 'completions: penalties end a repetition'() {
    const say = async (penalties) => (await client.completions.create({
      model, prompt: 'Yes, yes, yes, yes,', max_tokens: 8, temperature: 0, ...penalties,
    })).choices[0].text;
    const usual = await say({});
    assert.equal(usual, ' no, no, no, no,');
    assert.notEqual(await say({ frequency_penalty: 2 }), usual);
    assert.notEqual(await say({ presence_penalty: 2 }), usual);
    assert.equal(await say({ frequency_penalty: 0, presence_penalty: 0 }), usual);
  },
  async 'chat: logit_bias forces a token and forbids one'() {
    const options = { temperature: 0, max_tokens: 3, logprobs: true };
    const forced = await create({ ...options, logit_bias: { 504: 100 } });
    const tokens = forced.choices[0].logprobs.content.map((t) => t.token);
    assert.deepEqual(tokens, ['The', 'The', 'The']);
    const forbidden = await create({ ...options, logit_bias: { 504: -100 } });
    assert.notEqual(forbidden.choices[0].logprobs.content[0].token, 'The');
  },
  async 'chat: a system message, a talk of several turns'() {
    const { choices, usage } = await create({
      messages: [
        { role: 'system', content: 'You answer in one word.' },
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Hi' },
        ...user(ask),
      ],
      temperature: 0, max_tokens: 8,
    });
    assert.ok(choices[0].message.content.length > 0);
    assert.ok(usage.prompt_tokens > 30);
  },
  async 'errors: a prompt beyond the context, whole and streamed'() {
    const messages = user('word '.repeat(6000));
    for (const stream of [false, true]) {
      const error = await rejects(create({ messages, stream }), OpenAI.BadRequestError, {
        code: 'context_length_exceeded', param: 'messages', type: 'invalid_request_error',
      });
      assert.match(error.message, /prompt: 60\d\d tokens/);
    }
  },
  async 'chat: max_tokens up to the context, and not beyond'() {
    const { choices } = await create({ max_tokens: 4096, temperature: 0 });
    assert.equal(choices[0].finish_reason, 'stop');
    await rejects(create({ max_tokens: 4097 }), OpenAI.BadRequestError, { param: 'max_tokens' });
  },
  async 'tools: what is not supported is refused by name'() {
    const custom = { type: 'custom', custom: { name: 'shell' } };
    await rejects(create({ tools: [custom] }), OpenAI.BadRequestError, { param: 'tools[0].type' });
    const strict = { type: 'function', function: { ...weather.function, strict: true } };
    await rejects(create({ tools: [strict] }), OpenAI.BadRequestError, {
      param: 'tools[0].function.strict',
    });
  },
  async 'embeddings: a model that does not embed'() {
    await rejects(client.embeddings.create({ model, input: 'a' }), OpenAI.NotFoundError, {
      code: 'model_not_found',
    });
  },
};

const all = { ...cases, ...(embedder ? embeddings : {}), ...(scripted ? troubles : live) };
for (const [name, run] of Object.entries(all)) {
  try {
    const detail = await run();
    console.log(JSON.stringify({ name, ok: true, detail }));
  } catch (error) {
    console.log(JSON.stringify({ name, ok: false, error: String(error?.stack ?? error) }));
  }
}
