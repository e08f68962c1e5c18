/**
 * An address of this machine where nothing listens. The port of a server that was closed is no such address: another test
 * may have it by the next request. `fetch` refuses ports 1 and 9.
 */
export const unreachableUrl = 'http://127.0.0.1:2/api';
