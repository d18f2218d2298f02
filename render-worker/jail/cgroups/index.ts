/** The control groups that limit a jailed program's memory and processes. */

export { ControlGroups } from "./control-groups.ts";
