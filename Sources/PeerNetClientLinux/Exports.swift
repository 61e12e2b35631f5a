@_exported import PeerNetClient
