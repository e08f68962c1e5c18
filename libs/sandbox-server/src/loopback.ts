/** Whether the remote address of a connection is this machine. */
export function isLoopbackAddress(address: string | undefined): boolean {
  // A dual-stack socket shows an IPv4 caller as ::ffff:127.0.0.1.
  return address !== undefined && /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/i.test(address);
}

/**
 * Whether a host name is this machine's. A web page can point its own name at 127.0.0.1 and so reach this
 * server from a visitor's browser (DNS rebinding), but it cannot take one of these names.
 */
export function isLoopbackName(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
}
