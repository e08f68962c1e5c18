import { ConfigurationError } from '@wemasy-orders/client';
import { type Operation, operations } from '@wemasy-orders/client/operations';
import { OrderStatus } from '@wemasy-orders/client/schemas';
import { systemClock } from '@wemasy-orders/state';
import { describe, expect, it } from 'vitest';
import { createTools } from './create-tools.js';

async function notConfigured(): Promise<never> {
  throw new ConfigurationError('nothing is set');
}

const settings = { personalData: 'full', maxWaitMs: 0, answerWithinMs: 10_000, clock: systemClock } as const;
const tools = createTools({ ...settings, readOnly: false });

describe.each(tools)('the tool $name', ({ name, title, description, annotations, run }) => {
  it('has the texts and hints of the document', () => {
    const operation = Object.values<Operation>(operations).find(({ tool }) => tool?.name === name);
    expect({ name, title, description, annotations }).toEqual(operation?.tool);
  });

  it('refuses an argument that it does not know, before anything else', async () => {
    const call = {
      services: notConfigured,
      signal: AbortSignal.abort(),
      stopping: new AbortController().signal,
      progress: { waits: () => undefined, done: () => undefined },
    };
    await expect(run({ order_id: 1, nonsense: 1 }, call)).rejects.toMatchObject({
      code: 'invalid_arguments',
    });
    await expect(run({ order_id: 1 }, call)).rejects.toBeInstanceOf(Error);
  });
});

it('list_orders takes exactly the statuses of the document', () => {
  const list = tools.find(({ name }) => name === operations.listOrders.tool.name);
  expect(list?.inputSchema).toMatchObject({ properties: { status: { enum: OrderStatus.options } } });
});

it('tools that write are not there where only reading is allowed', () => {
  const names = createTools({ ...settings, readOnly: true }).map(({ name }) => name);
  expect(names).toEqual(tools.filter(({ annotations }) => annotations.readOnlyHint).map(({ name }) => name));
  expect(names.length).toBeLessThan(tools.length);
});
