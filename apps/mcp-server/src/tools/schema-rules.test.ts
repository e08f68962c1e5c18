import { systemClock } from '@wemasy-orders/state';
import { describe, expect, it } from 'vitest';
import { createTools } from './create-tools.js';
import type { Tool } from './tool.js';

const tools = (['none', 'names', 'full'] as const).flatMap((personalData) =>
  createTools({ personalData, readOnly: false, maxWaitMs: 0, answerWithinMs: 10_000, clock: systemClock }),
);

type Schema = Readonly<Record<string, unknown>>;

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNested(type: unknown): boolean {
  return type === 'object' || type === 'array' || type === undefined;
}

/** Every object inside a schema, itself included. */
function partsOf(value: unknown): Schema[] {
  if (Array.isArray(value)) return value.flatMap(partsOf);
  return isSchema(value) ? [value, ...Object.values(value).flatMap(partsOf)] : [];
}

function propertiesOf(schema: Schema): [string, Schema][] {
  const { properties } = schema;
  return isSchema(properties)
    ? Object.entries(properties).flatMap(([name, property]) => (isSchema(property) ? [[name, property]] : []))
    : [];
}

const has = (keyword: string) => (part: Schema) => Object.hasOwn(part, keyword);

/** Who refuses what; each rule gives back what breaks it. */
const rules: readonly { readonly who: string; readonly rule: string; breaches(tool: Tool): unknown[] }[] = [
  {
    who: 'Anthropic, Bedrock and OpenAI APIs',
    rule: 'no anyOf, oneOf or allOf at the root: the tool, or every tool of the server, is dropped',
    breaches: ({ inputSchema, outputSchema }) =>
      [inputSchema, outputSchema].filter((schema) =>
        ['anyOf', 'oneOf', 'allOf'].some((one) => has(one)(schema)),
      ),
  },
  {
    who: 'every client',
    rule: 'both schemas are objects at the root, and closed',
    breaches: ({ inputSchema, outputSchema }) =>
      [inputSchema, outputSchema].filter(
        ({ type, additionalProperties }) => type !== 'object' || additionalProperties !== false,
      ),
  },
  {
    who: 'Gemini and gateways of its kind',
    rule: 'no lists of types, no format, no map of schemas',
    breaches: ({ inputSchema, outputSchema }) =>
      partsOf([inputSchema, outputSchema]).filter(
        (part) =>
          Array.isArray(part['type']) || has('format')(part) || isSchema(part['additionalProperties']),
      ),
  },
  {
    who: 'OpenAI strict mode and clients on Pydantic',
    rule: 'no null in an enum',
    breaches: ({ inputSchema, outputSchema }) =>
      partsOf([inputSchema, outputSchema]).filter(
        ({ enum: values }) => Array.isArray(values) && values.includes(null),
      ),
  },
  {
    who: 'Anthropic managed agents, LM Studio, opencode',
    rule: 'no references and no definitions',
    breaches: ({ inputSchema, outputSchema }) =>
      partsOf([inputSchema, outputSchema]).filter((part) =>
        ['$ref', '$defs', 'definitions'].some((keyword) => has(keyword)(part)),
      ),
  },
  {
    who: 'official clients before their release, 2.0.0-beta and 1.12',
    rule: 'no dialect is named: the one refuses draft-07, the other 2020-12',
    breaches: ({ inputSchema, outputSchema }) => partsOf([inputSchema, outputSchema]).filter(has('$schema')),
  },
  {
    who: 'VS Code',
    rule: 'each array says what its items are',
    breaches: ({ inputSchema, outputSchema }) =>
      partsOf([inputSchema, outputSchema]).filter((part) => part['type'] === 'array' && !has('items')(part)),
  },
  {
    who: 'Claude Code and others that send an untyped argument as text',
    rule: 'each argument has one type and a description',
    breaches: ({ inputSchema }) =>
      propertiesOf(inputSchema).filter(
        ([, { type, description }]) => typeof type !== 'string' || typeof description !== 'string',
      ),
  },
  {
    who: 'models',
    rule: 'arguments are flat: texts, numbers, booleans and lists of these',
    breaches: ({ inputSchema }) =>
      propertiesOf(inputSchema).filter(([, { type, items }]) =>
        type === 'array' ? !isSchema(items) || isNested(items['type']) : isNested(type),
      ),
  },
  {
    who: 'models',
    rule: 'an argument with a default is not required',
    breaches: ({ inputSchema }) =>
      propertiesOf(inputSchema).filter(
        ([name, property]) =>
          has('default')(property) && JSON.stringify(inputSchema['required'] ?? []).includes(`"${name}"`),
      ),
  },
  {
    who: 'Gemini',
    rule: 'no bounds that only repeat what an integer is',
    breaches: ({ inputSchema, outputSchema }) =>
      partsOf([inputSchema, outputSchema]).filter(({ minimum, maximum }) =>
        [minimum, maximum].some((bound) => typeof bound === 'number' && Math.abs(bound) > 1e6),
      ),
  },
  {
    who: 'OpenAI, Bedrock and Copilot',
    rule: 'names are short and plain',
    breaches: ({ name }) => (/^[a-z][a-z_]{0,63}$/.test(name) ? [] : [name]),
  },
  {
    who: 'Claude Code',
    rule: 'no description is longer than 2 kB',
    breaches: ({ description, inputSchema }) =>
      [description, ...partsOf(inputSchema).map((part) => part['description'])].filter(
        (text) => typeof text === 'string' && text.length > 2_000,
      ),
  },
];

describe.each(rules)('$who: $rule', ({ breaches }) => {
  it.each(tools)('$name', (tool) => {
    expect(breaches(tool)).toEqual([]);
  });
});

it('a schema that breaks every rule is caught by every one of them', () => {
  const [tool] = tools;
  if (tool === undefined) throw new TypeError('there is a tool');
  const everything = {
    type: 'object' as const,
    anyOf: [],
    $schema: 'x',
    $defs: {},
    required: ['page'],
    properties: {
      page: {
        type: ['integer', 'null'],
        format: 'int64',
        default: 1,
        maximum: 2 ** 53,
        description: 'x'.repeat(3_000),
      },
      status: { type: 'object', enum: [null] },
      list: { type: 'array' },
    },
  };
  const broken: Tool = { ...tool, name: 'list.orders', inputSchema: everything, outputSchema: everything };
  expect(rules.filter(({ breaches }) => breaches(broken).length === 0)).toEqual([]);
});
