# A device with a relay, which the phone that was granted it may toggle.
#
#   elixir device.exs FOLDER [PHONE_KEY]
Mix.install([{:peer_net, "~> 0.1.0"}])

[folder | phones] = System.argv()

{:ok, _} =
  PeerNet.start_link(name: :device, data_dir: folder, port: 0, discovery: PeerNet.Discovery.UDP)

IO.puts("This device is #{Base.encode32(PeerNet.identity(:device).public, padding: false)}")

phones = Enum.map(phones, &Base.decode32!(&1, padding: false))
Enum.each(phones, &(:ok = PeerNet.pair(:device, &1, label: "phone")))

{:ok, relay} = Agent.start_link(fn -> false end)

toggle = fn _phone, _no_arguments ->
  Agent.get_and_update(relay, fn on? -> {not on?, not on?} end)
end

PeerNet.expose(:device, :"relay.toggle", toggle, authorize: &(&1 in phones))
Process.sleep(:infinity)
