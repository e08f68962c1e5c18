// What importing anything at all costs, for comparison.
export {};
