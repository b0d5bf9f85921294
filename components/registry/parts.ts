import type { Parts } from "../../model/part.ts";
import { alias } from "../alias/part.ts";
import { k2 } from "../k2/part.ts";
import { manual } from "../manual/part.ts";
import { logShipping } from "../sql/log-shipping/part.ts";

/** Every kind of part that an estate can declare: a line a technology. */
export const parts: Parts = {
  alias,
  k2,
  manual,
  "sql/log-shipping": logShipping,
};
