import type { Scenario } from './world/scenario';

/** The smallest list of faults, found by leaving out one after the other, with which `fails` still holds. */
export async function shrinkFaults(scenario: Scenario, fails: (scenario: Scenario) => Promise<boolean>): Promise<Scenario> {
  let smallest = scenario;
  for (let index = smallest.faults.length - 1; index >= 0; index--) {
    const candidate = { ...smallest, faults: smallest.faults.filter((_fault, at) => at !== index) };
    if (await fails(candidate)) smallest = candidate;
  }
  return smallest;
}
