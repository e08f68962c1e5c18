/** Whether an address of a connection's other end is this machine's own. */
export function isLoopbackAddress(address: string | undefined): boolean {
  // An IPv4 caller of a socket that speaks both versions is shown as ::ffff:127.0.0.1.
  return address !== undefined && /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/i.test(address);
}

/**
 * Whether a URL names this machine. A page of the web can point a name of its own at 127.0.0.1 and then
 * reaches everything here from inside a visitor's browser; what it cannot do is call itself by these names.
 */
export function isLoopbackName(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
}
