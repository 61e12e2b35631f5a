// An application names one module: what it says to a node is made of these.
@_exported import ETF
@_exported import PeerNet
@_exported import Sodium
