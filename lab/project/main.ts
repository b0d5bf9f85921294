import { runStack } from "parallel-standby/stack";
import { estate } from "./estate.ts";

export default await runStack(estate);
