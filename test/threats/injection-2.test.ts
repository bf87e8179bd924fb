import { walkInjection } from "./injection-walk.ts";

walkInjection(1);
