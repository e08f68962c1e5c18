import { faker } from '@faker-js/faker/locale/nl';
import { hostileNames } from './hostile-texts.js';
import { chance, pick } from './random.js';

export interface Customer {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly phoneNumber: string | null;
  readonly company: string | null;
  readonly taxNumber: string | null;
  readonly street: string;
  readonly houseNumber: string;
  readonly postcode: string;
  readonly city: string;
  readonly country: string;
}

/** Every n-th customer has a name that a client must clean before it shows it. */
const hostileEvery = 29;

/** Reserved domains (RFC 2606), so that no invented address is a real one. */
const mailDomains = ['example.com', 'example.net', 'example.org'];

const countries = [...Array<string>(17).fill('NL'), 'BE', 'BE', 'DE'];

/** A person or company from the Netherlands or a neighbouring country, drawn from faker's seeded source. */
export function inventCustomer(index: number): Customer {
  const hostile = index % hostileEvery === hostileEvery - 1;
  const [firstName, lastName] = hostile
    ? pick(hostileNames)
    : [faker.person.firstName(), faker.person.lastName()];
  const isCompany = chance(0.25);
  return {
    email: `${mailboxName(`${firstName}.${lastName}`)}${index}@${pick(mailDomains)}`,
    firstName,
    lastName,
    phoneNumber: chance(0.9) ? faker.phone.number({ style: 'international' }) : null,
    company: isCompany ? faker.company.name() : null,
    taxNumber: isCompany ? `NL${faker.string.numeric(9)}B01` : null,
    street: faker.location.street(),
    houseNumber: faker.location.buildingNumber(),
    postcode: faker.location.zipCode(),
    city: faker.location.city(),
    country: pick(countries),
  };
}

function mailboxName(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '.')
    .replaceAll(/^\.+|\.+$/g, '');
}
