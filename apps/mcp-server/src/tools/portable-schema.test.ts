import { expect, it } from 'vitest';
import * as z from 'zod';
import { portableArguments } from './portable-schema.js';

interface Category {
  name: string;
  children?: Category[] | undefined;
}
const Category: z.ZodType<Category> = z.object({
  name: z.string(),
  children: z.array(z.lazy(() => Category)).optional(),
});

const argumentOf = (schema: z.ZodType) =>
  portableArguments(z.strictObject({ orderId: schema }))['properties'];

it.each<[string, z.ZodType, object]>([
  ['without a description is described by its name', z.int(), { type: 'integer', description: 'Order id.' }],
  [
    'of several types is a text',
    z.union([z.int(), z.string()]),
    { type: 'string', description: 'Order id.' },
  ],
  ['of any type is a text', z.unknown(), { type: 'string', description: 'Order id.' }],
  [
    'with listed numbers says them',
    z.literal([0, 1]).describe('Whether.'),
    { type: 'number', description: 'Whether. One of 0, 1.' },
  ],
  ['with one value lists it', z.literal('a'), { type: 'string', enum: ['a'], description: 'Order id.' }],
  [
    'that contains itself ends there',
    Category,
    {
      type: 'object',
      description: 'Order id.',
      required: ['name'],
      properties: { name: { type: 'string' }, children: { type: 'array', items: { type: 'object' } } },
    },
  ],
])('an argument %s', (_, schema, expected) => {
  expect(argumentOf(schema)).toEqual({ orderId: expected });
});
