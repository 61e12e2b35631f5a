# A phone that toggles a device's relay.
#
#   elixir phone.exs FOLDER [DEVICE_KEY]
Mix.install([{:peer_net, "~> 0.1.0"}])

[folder | devices] = System.argv()

{:ok, _} =
  PeerNet.start_link(name: :phone, data_dir: folder, port: 0, discovery: PeerNet.Discovery.UDP)

IO.puts("This phone is #{Base.encode32(PeerNet.identity(:phone).public, padding: false)}")

for text <- devices do
  device = Base.decode32!(text, padding: false)
  :ok = PeerNet.pair(:phone, device, label: "device")

  # The device announces itself every five seconds.
  Enum.find(1..150, fn _ ->
    Process.sleep(100)
    PeerNet.connected?(:phone, device)
  end)

  case PeerNet.call(:phone, device, :"relay.toggle", %{}) do
    {:ok, on?} -> IO.puts("The relay is #{if on?, do: "on", else: "off"}")
    {:error, reason} -> IO.puts("! #{inspect(reason)}")
  end
end
