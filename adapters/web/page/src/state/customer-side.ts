import type { PersonJson } from "../../../api.ts";

/**
 * Whether somebody writes as the customer of a conversation: its customer does, whatever their role, and so does anybody
 * of the customers. `customer`: a person's id; null while there is none yet, as whoever writes first will be it. Pure.
 */
export function isCustomerSide({ id, role }: Pick<PersonJson, "id" | "role">, customer: string | null): boolean {
  return role === "customer" || customer === null || id === customer;
}
