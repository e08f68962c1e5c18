import { describe, expect, it } from 'vitest';
import { inputOf, readBody, requestedPage } from './request-input.js';

async function input(contentType: string | undefined, body: string | FormData) {
  const read = await readBody(
    new Request('http://127.0.0.1/', {
      method: 'POST',
      body,
      ...(contentType === undefined ? {} : { headers: { 'Content-Type': contentType } }),
    }),
  );
  return inputOf(read);
}

describe('a body', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'application/vnd.api+json'])(
    'of %s is read as JSON',
    async (contentType) => {
      expect(await input(contentType, '{"order_id": 42}')).toEqual({ order_id: 42 });
    },
  );

  it.each(['{"order_id": 42', '', 'null', '42', '"order_id"'])(
    'of malformed JSON, %j, is empty',
    async (body) => {
      expect(await input('application/json', body)).toEqual({});
    },
  );

  it('of a form is read as one', async () => {
    expect(await input('application/x-www-form-urlencoded', 'order_id=42&status=')).toEqual({
      order_id: '42',
      status: null,
    });
    const form = new FormData();
    form.set('order_id', '42');
    expect(await input(undefined, form)).toEqual({ order_id: '42' });
  });

  it('of a broken form is empty', async () => {
    expect(await input('multipart/form-data; boundary=x', 'not a form')).toEqual({});
  });

  it('of JSON under another content type is not read', async () => {
    expect(await input('text/plain', '{"order_id": 42}')).toEqual({});
  });
});

it('trims texts and makes empty ones null', async () => {
  const body = JSON.stringify({ search_query: '  John ', status: '   ', type: '', per_page: 5 });
  expect(await input('application/json', body)).toEqual({
    search_query: 'John',
    status: null,
    type: null,
    per_page: 5,
  });
});

describe('the page', () => {
  const plain = new URL('http://127.0.0.1/');
  const third = new URL('http://127.0.0.1/?page=3');

  it('comes from the query string or the body; the query string wins', () => {
    expect(requestedPage(third, {})).toBe(3);
    expect(requestedPage(plain, { page: 2 })).toBe(2);
    expect(requestedPage(plain, { page: '2' })).toBe(2);
    expect(requestedPage(third, { page: 2 })).toBe(3);
  });

  it.each([undefined, null, 'two', 0, -1, 1.5, '', [], 1e300])('%j means the first page', (page) => {
    expect(requestedPage(plain, { page })).toBe(1);
  });
});
