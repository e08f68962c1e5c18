import { describe, expect, it } from 'vitest';
import { isFile, judge } from './answer.js';
import { operations } from './generated/operations.js';
import { orderPage } from './testing/index.js';

const { listOrders, syncOrder } = operations;
const nowMs = Date.UTC(2026, 10, 22, 9);
const synced = { error: false, message: 'Order synced.', data: [] };
const page = orderPage([{ id: 1 }]);

function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, text, headers: new Headers(headers) };
}

const judged = (...parts: Parameters<typeof answer>) => judge(syncOrder, answer(...parts), nowMs);
const fault = (...parts: Parameters<typeof answer>) =>
  judged(...parts).fault ?? expect.fail('the answer is a success');
const faultIn = (windowSeconds: number, ...parts: Parameters<typeof answer>) =>
  judge({ ...listOrders, rateLimit: { limit: 60, windowSeconds } }, answer(...parts), nowMs).fault ??
  expect.fail('the answer is a success');
const listFault = (...parts: Parameters<typeof answer>) => faultIn(60, ...parts);

describe('a success', () => {
  it('is the documented status with what the document requires', () => {
    expect(judged(200, synced)).toEqual({ read: { value: synced, drift: [], dropped: [] } });
    expect(judge(listOrders, answer(200, page), nowMs)).toMatchObject({ read: { value: page } });
  });

  it('of a list may have another 2xx status; of a write it may not', () => {
    expect(judge(listOrders, answer(203, page), nowMs)).toMatchObject({ read: { value: page } });
    expect(fault(201, synced)).toMatchObject({ kind: 'undocumented_success', effect: 'unknown' });
  });

  it('may have a schema of its own for each documented status', () => {
    const queued = { ...syncOrder, otherSuccesses: { 202: 'ListOrdersResponse' } } as const;
    expect(judge(queued, answer(202, page), nowMs)).toMatchObject({ read: { value: page } });
    expect(judge(queued, answer(202, synced), nowMs).fault).toMatchObject({ kind: 'schema_mismatch' });
    expect(judge(queued, answer(200, synced), nowMs)).toMatchObject({ read: { value: synced } });
  });

  it.each(['', '<p>Done</p>', '{"error":true}', 'done'])(
    'without a JSON body proves itself by its status, whatever the body holds: %j',
    (body) => {
      const nothing = { read: { value: undefined, drift: [], dropped: [] } };
      const { responseSchema, ...silent } = syncOrder;
      expect(responseSchema).toBeDefined();
      expect(judge(silent, answer(200, body), nowMs)).toEqual(nothing);
      const deleted = { ...syncOrder, otherSuccesses: { 204: null } } as const;
      expect(judge(deleted, answer(204, body), nowMs)).toEqual(nothing);
    },
  );

  it.each([
    ['nothing', '', 'empty_body'],
    ['white space', ' \n', 'empty_body'],
    ['a web page', '<html></html>', 'html_body'],
    ['a web page after white space', '\n <!DOCTYPE html>', 'html_body'],
    ['JSON that is cut short', '{"error":fal', 'malformed_json'],
    ['a text with a tag in it', 'see <a>', 'malformed_json'],
  ])('is not one whose body is %s', (_, body, kind) => {
    expect(fault(200, body)).toMatchObject({ kind, effect: 'unknown', mismatches: [], status: 200 });
  });

  it.each([
    [{ message: 'Done.' }, 'error: expected boolean, found nothing'],
    [{ error: 'no', message: 'Done.' }, 'error: expected boolean, found string'],
    [null, 'body: expected object, found null'],
  ])('is not one that lacks what the document requires, and says what: %j', (body, problem) => {
    expect(fault(200, body)).toMatchObject({ kind: 'schema_mismatch', mismatches: [problem] });
  });

  it('is not one that says that it failed, whatever its status', () => {
    for (const status of [200, 201]) {
      expect(fault(status, { error: '1', message: 'No.' })).toMatchObject({
        name: 'ApiReportedError',
        status,
        apiMessage: 'No.',
      });
    }
  });
});

describe('a file', () => {
  it.each([
    ['of the documented type', 'application/pdf', 200, true],
    ['with another status', 'application/pdf', 201, false],
    ['of an operation that answers with JSON', undefined, 200, false],
  ])('is the documented success of another type than JSON: %s', (_, responseType, status, expected) => {
    const operation = responseType === undefined ? listOrders : { ...listOrders, responseType };
    expect(isFile(operation, status)).toBe(expected);
  });
});

describe('a failure', () => {
  it.each([
    [0, 'UnexpectedResponseError', 'unknown', 'redirect'],
    [199, 'UpstreamError', 'unknown', undefined],
    [300, 'UnexpectedResponseError', 'unknown', 'redirect'],
    [302, 'UnexpectedResponseError', 'unknown', 'redirect'],
    [399, 'UnexpectedResponseError', 'unknown', 'redirect'],
    [400, 'UpstreamError', 'none', undefined],
    [401, 'AuthenticationError', 'none', undefined],
    [403, 'PermissionError', 'none', undefined],
    [404, 'UnexpectedResponseError', 'none', 'not_found'],
    [405, 'UnexpectedResponseError', 'none', 'not_found'],
    [408, 'UpstreamError', 'unknown', undefined],
    [422, 'ValidationFailedError', 'none', undefined],
    [429, 'UpstreamError', 'unknown', undefined],
    [500, 'UpstreamError', 'unknown', undefined],
  ])('with status %i is a %s of effect %s', (status, name, effect, kind) => {
    const error = fault(status, synced);
    expect(error).toMatchObject({ name, effect, status });
    expect('kind' in error ? error.kind : undefined).toBe(kind);
  });

  it('says whether the API or the address does not know what was asked for', () => {
    expect(fault(404, { message: 'No.' }).message).toBe(
      'The API does not know what was asked for (status 404).',
    );
    for (const body of ['', '<html></html>']) {
      expect(fault(405, body).message).toBe(
        'Nothing answers as the API at that address (status 405). Check the base URL.',
      );
    }
  });
});

describe('a 429', () => {
  const documented = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'retry-after': '7' };

  it('with the three documented headers and nothing left was not processed', () => {
    expect(fault(429, {}, documented)).toMatchObject({
      name: 'RateLimitedError',
      source: 'upstream',
      effect: 'none',
      retryAfterSeconds: 8,
      rateLimit: { limit: 10, remaining: 0 },
    });
  });

  const wrong: [string, Record<string, string>][] = [
    ...Object.keys(documented).map((missing): [string, Record<string, string>] => [
      `without ${missing}`,
      Object.fromEntries(Object.entries(documented).filter(([name]) => name !== missing)),
    ]),
    ['with a limit that is no number', { ...documented, 'x-ratelimit-limit': 'many' }],
    ['with calls left', { ...documented, 'x-ratelimit-remaining': '1' }],
    ['with a Retry-After that says nothing', { ...documented, 'retry-after': 'soon' }],
    [
      'with the limit under another name',
      { 'ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'retry-after': '7' },
    ],
    [
      'with what is left under another name',
      { 'x-ratelimit-limit': '10', 'ratelimit-remaining': '0', 'retry-after': '7' },
    ],
    [
      'with the wait under another name',
      { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'retry-after-ms': '7000' },
    ],
  ];
  it.each(wrong)('%s may have booked the order', (_, headers) => {
    expect(fault(429, {}, headers)).toMatchObject({ name: 'UpstreamError', effect: 'unknown' });
    expect(listFault(429, {}, headers)).toMatchObject({ name: 'RateLimitedError', effect: 'none' });
  });

  it.each([
    [undefined, 60],
    ['0', 1],
    ['3599', 3600],
    ['3600', 3601],
    ['3601', 60],
    ['Sun, 22 Nov 2026 09:00:30 GMT', 31],
  ])('that asks for a wait of %s is worth another call after %i s', (retryAfter, seconds) => {
    const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
    expect(listFault(429, {}, headers).retryAfterSeconds).toBe(seconds);
  });

  it('may ask for a wait as long as its window', () => {
    const wait = (seconds: string) => faultIn(86_400, 429, {}, { 'retry-after': seconds }).retryAfterSeconds;
    expect(wait('40000')).toBe(40_001);
    expect(wait('86401')).toBe(86_400);
  });

  it('says so when the wait that it asks for is not credible', () => {
    expect(listFault(429, { message: 'Slow down.' }, { 'retry-after': '3601' })).toMatchObject({
      message:
        'The API rejected the call because its allowance is used up. It asks for a wait of 3601 s, which is not ' +
        'credible; its window is over after 60 s.',
      apiMessage: 'Slow down.',
      source: 'upstream',
    });
    expect(listFault(429, {}, { 'retry-after': '3600' }).message).not.toContain('credible');
  });

  it.each([
    ['120', 120],
    ['3600', 3600],
    ['3601', undefined],
    ['soon', undefined],
  ])(
    'aside, an outage that asks for a wait of %s s passes it on if it is credible',
    (retryAfter, seconds) => {
      expect(fault(503, {}, { 'retry-after': retryAfter }).retryAfterSeconds).toBe(seconds);
    },
  );
});

describe('the facts of an answer', () => {
  it('hold its request id, of the API or of Cloudflare', () => {
    expect(fault(500, {}, { 'x-request-id': 'req-1', 'cf-ray': 'ray-1' }).requestId).toBe('req-1');
    expect(fault(500, {}, { 'cf-ray': '8f1:2.a_b-AMS' }).requestId).toBe('8f1:2.a_b-AMS');
    expect(fault(500, {}).requestId).toBeUndefined();
  });

  it.each(['', 'a b', 'a\u00e9', '<b>', 'x'.repeat(101), 'two, three'])(
    'hold no request id that is none: %j',
    (id) => {
      expect(fault(500, {}, { 'x-request-id': id })).toMatchObject({ requestId: undefined });
    },
  );

  it('hold a request id of up to 100 characters', () => {
    const id = 'x'.repeat(100);
    expect(fault(500, {}, { 'x-request-id': id }).requestId).toBe(id);
  });

  it.each([
    [{}, undefined],
    [{ 'x-ratelimit-limit': '10' }, { limit: 10 }],
    [{ 'x-ratelimit-remaining': '3' }, { remaining: 3 }],
    [
      { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '3' },
      { limit: 10, remaining: 3 },
    ],
  ])('hold the allowance as far as the headers state it: %j', (headers, rateLimit) => {
    expect(fault(500, {}, { ...headers }).rateLimit).toStrictEqual(rateLimit);
  });

  const cloudflare = { server: 'cloudflare' };
  it.each<[string, number, unknown, Record<string, string>, string | undefined]>([
    ['JSON with a message', 500, { message: null }, cloudflare, 'api'],
    ['JSON with an error', 500, { error: 1 }, cloudflare, 'api'],
    ['JSON of another form', 500, { detail: 'x' }, cloudflare, undefined],
    ['JSON of another form with a status of Cloudflare', 520, { detail: 'x' }, cloudflare, 'cloudflare'],
    ['its last status', 530, '', cloudflare, 'cloudflare'],
    ['a status before its first', 519, '', cloudflare, undefined],
    ['a status after its last', 531, '', cloudflare, undefined],
    ['its page', 403, '<html></html>', cloudflare, 'cloudflare'],
    ['its text', 403, 'error code: 1020', { server: 'Cloudflare' }, 'cloudflare'],
    ['its challenge', 403, '<html></html>', { 'cf-mitigated': 'challenge' }, 'cloudflare'],
    ['white space', 403, ' \n', cloudflare, undefined],
    ['a page of another machine', 403, ' <html></html>', { server: 'nginx' }, 'proxy'],
    [
      'a page of a machine whose name holds its name',
      403,
      '<html></html>',
      { server: 'notcloudflare' },
      'proxy',
    ],
    ['a text of another machine', 403, 'Forbidden', {}, undefined],
    ['a status of Cloudflare without its headers', 522, '', {}, undefined],
    ['a text with a tag in it', 403, 'no <b>', {}, undefined],
  ])('name who answered: %s', (_, status, body, headers, answeredBy) => {
    expect(fault(status, body, headers).answeredBy).toBe(answeredBy);
  });
});
