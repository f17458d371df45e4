// The sign-in page: nobody is here. The page without a connection is nobody's from now on; what somebody wrote stays in
// this browser, and is seen again by who wrote it.
import { keep } from "./person.js";

keep("person", "");
