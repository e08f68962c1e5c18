import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Searched for in everything that comes out of the server. */
export const canaryToken = 'canary-token-5f2a';

/** Searched for wherever personal data have no business. */
export const canaryPerson = {
  id: 7,
  status: 'paid',
  total: '10.00',
  order_session: 'canary-session',
  eu_vat: 'canary-vat',
  vendor_comment: 'canary-comment',
  metadata: { gift: 'canary-metadata' },
  billing: {
    invoice_firstname: 'canary-firstname',
    invoice_lastname: 'canary-lastname',
    invoice_company: 'canary-company',
    invoice_email: 'canary-email@example.com',
    invoice_phonenumber: 'canary-phone',
    invoice_street: 'canary-street',
    invoice_notes: 'canary-notes',
  },
  pdf_status: { invoice: { status: 'completed', url: 'https://example.com/canary-pdf', pending: false } },
};

/** The text of every file in a folder and below. */
export async function textOfFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts.map((text, at) => `${files[at] ?? ''}\n${text}`).join('\n');
}
