import type { Body } from './answer.js';
import { ConfigurationError } from './errors.js';
import { type Argument, type Call, calls } from './generated/calls.js';
import type { paths } from './generated/schema.js';
import type { OperationId } from './operations.js';
import type { ReadBody } from './read-body.js';
import { isRecord } from './shape.js';
import type { ApiPromise, ApiResponse, CallOptions } from './types.js';

/** The methods of HTTP that the document uses. */
export type PathMethod = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';

/** What the document says of a method of a path. */
export type PathOperation<
  Method extends PathMethod,
  Path extends keyof paths,
> = paths[Path][Lowercase<Method>];

/** The paths that have a method. */
export type PathWith<Method extends PathMethod> = {
  [Path in keyof paths]: [PathOperation<Method, Path>] extends [undefined] ? never : Path;
}[keyof paths];

/** Parameters by their place and their name at the API. */
export type PathParams<Of> = Of extends { readonly parameters: infer Places }
  ? { [Place in keyof Places as [Places[Place]] extends [undefined] ? never : Place]: Places[Place] }
  : Record<never, never>;

/** The JSON body of a request. */
export type PathBody<Of> = Of extends {
  readonly requestBody: { content: { 'application/json': infer Json } };
}
  ? { readonly body: Json }
  : Of extends { readonly requestBody?: { content: { 'application/json': infer Json } } }
    ? { readonly body?: Json }
    : Record<never, never>;

/** Parameters and body of a call, and its options. */
export type PathCall<Of> = CallOptions &
  PathBody<Of> &
  (Record<never, never> extends PathParams<Of>
    ? { readonly params?: PathParams<Of> }
    : { readonly params: PathParams<Of> });

/** The body of an answer, and the status and headers beside it. */
export interface PathAnswer<Method extends PathMethod, Path extends keyof paths> {
  /** As the document says; undefined where it describes no body. */
  readonly data: Body<Extract<(typeof calls)[OperationId], { readonly method: Method; readonly path: Path }>>;
  /** Status, headers and request id. */
  readonly response: ApiResponse;
}

/**
 * Typed calls of every path that the document describes, for those who prefer paths to names. They are checked, paced and
 * timed like all others, and throw an `OrdersError`.
 */
export type PathsClient = {
  readonly [Method in PathMethod]: <Path extends PathWith<Method>>(
    path: Path,
    ...call: Record<never, never> extends PathCall<PathOperation<Method, Path>>
      ? [call?: PathCall<PathOperation<Method, Path>>]
      : [call: PathCall<PathOperation<Method, Path>>]
  ) => Promise<PathAnswer<Method, Path>>;
};

/** A call as it comes, whatever its path. */
interface AnyCall extends CallOptions {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

type CallOperation = <Of extends Call>(
  operation: Of,
  args: object,
  call?: CallOptions,
) => ApiPromise<ReadBody<Body<Of>>>;

/** Typed calls of every path, each of them `callOperation`. */
export function createPathsClient(callOperation: CallOperation): PathsClient {
  const method =
    <Method extends PathMethod>(name: Method) =>
    async <Path extends PathWith<Method>>(
      path: Path,
      call: AnyCall = {},
    ): Promise<PathAnswer<Method, Path>> => {
      const operation = Object.values(calls).find(
        (
          each,
        ): each is Extract<(typeof calls)[OperationId], { readonly method: Method; readonly path: Path }> =>
          each.method === name && each.path === path,
      );
      if (operation === undefined) {
        throw new ConfigurationError(`${name} ${path} is not an operation of the API.`);
      }
      const { data, response } = await callOperation(
        operation,
        argumentsOf(operation, call),
        call,
      ).withResponse();
      return { data: data.value, response };
    };
  return {
    GET: method('GET'),
    PUT: method('PUT'),
    POST: method('POST'),
    DELETE: method('DELETE'),
    PATCH: method('PATCH'),
  };
}

/** The arguments by their names in the flat namespace; one that the document does not know keeps its place in its name. */
function argumentsOf(operation: Call, { params = {}, body }: AnyCall): Record<string, unknown> {
  const known = Object.entries<Argument>(operation.arguments);
  const whole = known.find(([, { isWhole }]) => isWhole === true);
  const places = Object.entries(params).concat(whole === undefined ? [['body', body]] : []);
  const found = places.flatMap(([place, fields]) =>
    Object.entries(isRecord(fields) ? fields : {}).map(([field, value]) => {
      const argument = known.find(([name, each]) => each.in === place && (each.field ?? name) === field);
      return [argument?.[0] ?? `${place}.${field}`, value] as const;
    }),
  );
  return { ...Object.fromEntries(found), ...(whole === undefined ? {} : { [whole[0]]: body }) };
}
