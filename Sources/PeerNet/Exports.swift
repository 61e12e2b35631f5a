// Addresses and time are part of what is said to a node: whoever imports this module has them.
@_exported import Basics
