import { ConfigurationError } from '@wemasy-orders/client';
import { operations } from '@wemasy-orders/client/operations';
import { OrderStatus } from '@wemasy-orders/client/schemas';
import { systemClock } from '@wemasy-orders/state';
import { describe, expect, it } from 'vitest';
import { listOrdersTool } from './list-orders.js';
import { syncOrderTool } from './sync-order.js';

function notConfigured(): never {
  throw new ConfigurationError('nothing is set');
}

const tools = [
  listOrdersTool({ client: notConfigured, personalData: 'full', maxWaitMs: 0, clock: systemClock }),
  syncOrderTool({ orderSync: notConfigured }),
];

/** Every schema inside a schema, itself included, with its place. */
function schemasIn(value: unknown, place: string): [string, Record<string, unknown>][] {
  if (typeof value !== 'object' || value === null) return [];
  const nested = Object.entries(value).flatMap(([key, child]) => schemasIn(child, `${place}.${key}`));
  return Array.isArray(value) ? nested : [[place, { ...value }], ...nested];
}

describe.each(tools)(
  'the tool $name',
  ({ name, title, description, annotations, inputSchema, outputSchema, run }) => {
    it('has the texts and hints of the document', () => {
      const operation = Object.values(operations).find(({ tool }) => tool.name === name);
      expect({ name, title, description, annotations }).toEqual(operation?.tool);
    });

    it.each(Object.entries({ inputSchema, outputSchema }))(
      'has an %s that every client accepts',
      (kind, schema) => {
        expect(schema.type).toBe('object');
        expect(schema['additionalProperties']).toBe(false);
        for (const [place, part] of schemasIn(schema, kind)) {
          for (const keyword of [
            '$schema',
            '$ref',
            '$defs',
            'anyOf',
            'oneOf',
            'allOf',
            'format',
            'propertyNames',
          ]) {
            expect(part, place).not.toHaveProperty(keyword);
          }
          expect(Array.isArray(part['type']), place).toBe(false);
          expect(JSON.stringify(part['enum'] ?? []), place).not.toContain('null');
          for (const bound of [part['minimum'], part['maximum']])
            expect(Math.abs(Number(bound ?? 0)), place).toBeLessThan(1e6);
        }
      },
    );

    it('describes each argument', () => {
      for (const [argument, schema] of Object.entries(Object(inputSchema['properties']))) {
        expect(schema, argument).toMatchObject({
          type: expect.any(String),
          description: expect.stringMatching(/\S/),
        });
      }
    });

    it('refuses an argument that it does not know, before anything else', async () => {
      const call = { signal: AbortSignal.abort(), progress: () => undefined };
      await expect(run({ order_id: 1, nonsense: 1 }, call)).rejects.toMatchObject({
        code: 'invalid_arguments',
      });
      await expect(run({ order_id: 1 }, call)).rejects.toBeInstanceOf(Error);
    });
  },
);

it('list_orders takes exactly the statuses of the document', () => {
  expect(tools[0]?.inputSchema).toMatchObject({ properties: { status: { enum: OrderStatus.options } } });
});
