/** Where a platform does not know `Symbol.asyncDispose`, compilers of `await using` look for this one. */
function asyncDisposeSymbol(): symbol {
  const native: unknown = Reflect.get(Symbol, 'asyncDispose');
  return typeof native === 'symbol' ? native : Symbol.for('Symbol.asyncDispose');
}

/** Lets `await using` close what has a `close`. */
export function disposable<Closable extends { close(): Promise<void> }>(
  closable: Closable,
): Closable & AsyncDisposable {
  const symbol = asyncDisposeSymbol();
  Object.defineProperty(closable, symbol, { value: () => closable.close() });
  if (isDisposable(closable, symbol)) return closable;
  throw new TypeError('unreachable: the property was just defined');
}

function isDisposable<Value extends object>(value: Value, symbol: symbol): value is Value & AsyncDisposable {
  return symbol in value;
}
