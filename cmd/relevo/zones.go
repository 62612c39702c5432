package main

// The hours of the desk are in the operator's time zone, and a container has
// often none.
import _ "time/tzdata"
