export { apiPath } from './app.js';
export { documentedOrder } from './documented-order.js';
export { defaultHost, type Sandbox, type SandboxOptions, startSandbox } from './server.js';
export { defaultOrders, defaultSeed } from './shop.js';
export { StartFault, type StartFaultCode } from './start-fault.js';
export { type Token, tokens } from './tokens.js';
