%% The files of a BEAM node: `identity.keys` and `trust.bin`.
-module(peernet_files).
-export([identity/1, trust/1, save_trust/2]).

%% The key pair of a folder, made on first use.
identity(Folder) ->
    File = filename:join(Folder, "identity.keys"),
    case file:read_file(File) of
        {ok, <<"PNID", 2, 32, Public:32/binary, 32, Private:32/binary>>} ->
            {Public, Private};
        {error, enoent} ->
            {Public, Private} = peernet_noise:generate(),
            ok = file:write_file(File, <<"PNID", 2, 32, Public/binary, 32, Private/binary>>),
            {Public, Private}
    end.

%% Who is trusted: the label of each key.
trust(Folder) ->
    case file:read_file(filename:join(Folder, "trust.bin")) of
        {ok, Bytes} -> #{} = maps:from_list([{Key, Label} || #{pubkey := Key, label := Label} <- binary_to_term(Bytes)]);
        {error, enoent} -> #{}
    end.

save_trust(Folder, Trust) ->
    Peers = [#{pubkey => Key, label => Label, added_at => now_as_date_time()} || {Key, Label} <- maps:to_list(Trust)],
    ok = file:write_file(filename:join(Folder, "trust.bin"), term_to_binary(Peers)).

%% As Elixir represents a point in time.
now_as_date_time() ->
    {{Year, Month, Day}, {Hour, Minute, Second}} = calendar:universal_time(),
    #{'__struct__' => 'Elixir.DateTime', calendar => 'Elixir.Calendar.ISO', year => Year, month => Month, day => Day,
      hour => Hour, minute => Minute, second => Second, microsecond => {0, 6}, time_zone => <<"Etc/UTC">>,
      zone_abbr => <<"UTC">>, utc_offset => 0, std_offset => 0}.
