import { faker } from '@faker-js/faker/locale/nl';

/** A whole number, both ends included, from faker's seeded source. */
export function int(min: number, max: number): number {
  return faker.number.int({ min, max });
}

export function chance(probability: number): boolean {
  return faker.number.float() < probability;
}

export function pick<Item>(items: readonly Item[]): Item {
  return faker.helpers.arrayElement(items);
}
