import type { Argument, Operation } from '@wemasy-orders/client/operations';
import type * as z from 'zod';
import { type Input, inputOf } from './request-input.js';
import { elementOf } from './validation.js';

/** A request, as far as its arguments may be in it. */
export interface ReceivedRequest {
  readonly url: URL;
  readonly headers: Headers;
  /** Values of the path's parameters, by name. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: object;
}

/**
 * The arguments of an operation, by name, from wherever the document says that they are; only those that were sent.
 *
 * @param schema of all arguments
 */
export function argumentsIn(operation: Operation, schema: z.ZodObject, request: ReceivedRequest): Input {
  const fields = inputOf(request.body);
  return Object.fromEntries(
    Object.entries(operation.arguments).flatMap(([name, argument]) => {
      const type = schema.shape[name];
      const isList = type !== undefined && elementOf(type) !== undefined;
      const value = valueOf(name, argument, isList, request, fields);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function valueOf(
  name: string,
  { in: place, field = name, isWhole }: Argument,
  isList: boolean,
  { url, headers, parameters, body }: ReceivedRequest,
  fields: Input,
): unknown {
  // Style `simple`: a list has commas in it.
  const listed = (text: string | null | undefined) => (isList && text ? text.split(',') : text);
  switch (place) {
    case 'path':
      return listed(parameters[field]);
    case 'header':
      return listed(headers.get(field)) ?? undefined;
    case 'query': {
      // Style `form` repeats the name; PHP writes brackets after it.
      const values = [field, `${field}[]`].flatMap((each) => url.searchParams.getAll(each));
      return isList && values.length > 0 ? values : values.at(-1);
    }
    case 'body':
      if (isWhole !== true) return fields[field];
      return Object.keys(body).length === 0 ? undefined : body;
  }
}
