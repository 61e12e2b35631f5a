# A chat with friends who have given each other their keys; they may use the one in Swift.
#
#   elixir chat.exs FOLDER [FRIEND_KEY ...]
Mix.install([{:peer_net, "~> 0.1.0"}])

[folder | keys] = System.argv()

{:ok, _} =
  PeerNet.start_link(name: :chat, data_dir: folder, port: 0, discovery: PeerNet.Discovery.UDP)

IO.puts("Your key is #{Base.encode32(PeerNet.identity(:chat).public, padding: false)}")

friends = Enum.map(keys, &Base.decode32!(&1, padding: false))
Enum.each(friends, &(:ok = PeerNet.pair(:chat, &1)))

# Keys of maps are strings: an atom that the other side has never seen would end the connection.
PeerNet.expose(:chat, :chat, fn from, %{"text" => text} ->
  name = from |> Base.encode32() |> String.slice(0, 8)
  IO.puts("#{name}: #{String.replace(text, ~r/[[:cntrl:]]/u, "")}")
end)

for line <- IO.stream(:stdio, :line), friend <- friends do
  case PeerNet.send(:chat, friend, :chat, %{"text" => String.trim(line)}) do
    :ok -> :ok
    {:error, :not_connected} -> IO.puts("! nobody is there yet")
  end
end
