# Reads each file named as Elixir source, without running it. Prints what is wrong; ends with 1 if anything is.
faults =
  Enum.filter(System.argv(), fn path ->
    try do
      Code.string_to_quoted!(File.read!(path), file: path)
      false
    rescue
      error -> IO.puts("#{path}: #{Exception.message(error)}") == :ok
    end
  end)

if faults != [], do: System.halt(1)
