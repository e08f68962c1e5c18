export { createHttpFetch, type HttpFetchOptions, UnansweredError } from './http-fetch.js';
