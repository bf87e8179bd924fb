import { walkInjection } from "./injection-walk.ts";

walkInjection(0);
