import axe from 'axe-core';
import type { Frame, Page } from 'playwright-core';
import * as z from 'zod';

const Violations = z.array(
  z.object({
    id: z.string(),
    impact: z.string().nullish(),
    nodes: z.array(z.object({ target: z.array(z.unknown()), html: z.string() })),
  }),
);

export interface AccessibilityViolation {
  readonly rule: string;
  readonly element: string;
}

/**
 * The serious and critical violations that axe-core finds.
 *
 * @param where CSS selectors of the parts to check and to skip; default: the whole document
 */
export async function accessibilityViolations(
  document: Page | Frame,
  where: { readonly include?: string; readonly exclude?: string } = {},
): Promise<AccessibilityViolation[]> {
  await document.evaluate(axe.source);
  const context = {
    ...(where.include === undefined ? {} : { include: where.include }),
    ...(where.exclude === undefined ? {} : { exclude: where.exclude }),
  };
  const found: unknown = await document.evaluate(
    `axe.run(${JSON.stringify(Object.keys(context).length === 0 ? 'html' : context)}).then(({ violations }) => violations)`,
  );
  return Violations.parse(found)
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => ({ rule: id, element: html.slice(0, 200) })));
}
