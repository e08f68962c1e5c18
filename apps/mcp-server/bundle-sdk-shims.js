// @ts-check
/**
 * Replaces in the bundle what the MCP SDK loads by platform: a JSON Schema validator, 150 kB of it. The SDK's server
 * uses one to check what a user typed into a form that the server sent (elicitation), and this one sends none.
 */
export const { process } = globalThis;

export class DefaultJsonSchemaValidator {
  /** @returns {never} */
  getValidator() {
    throw new Error('This server sends no forms, so it is built without a JSON Schema validator.');
  }
}
