export { apiPath } from './app.js';
export { documentedOrder } from './documented-order.js';
export { defaultHost, type Sandbox, type SandboxOptions, startSandbox } from './server.js';
export { defaultOrders, defaultSeed } from './shop.js';
export { StartError } from './start-error.js';
export { tokens } from './tokens.js';
