export { systemClock, type Clock } from './clock.js';
export { createMemoryStore, type MemoryStoreOptions } from './memory.js';
export { accountNamespace } from './namespace.js';
export type { ListableStore, StateStore, StoreTime, Update, UpdateOptions, Updater } from './state-store.js';
