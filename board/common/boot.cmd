# Chooses a slot and boots it, the same on every board. Ahead of this stands what the profile of the board says:
#   kernel_arguments, scratch (16 KiB), image (64 MiB)
# and U-Boot says which disk this script came from: devtype, devnum.
# The state is in two copies of slot.env; the one with the higher seq is in force. The other one is the one written.

${devtype} dev ${devnum}
setexpr header ${scratch} + 0x2000

setenv copy none
if ${devtype} read ${scratch} 0x800 8 && env import -c ${scratch} 0x1000 seq slot trial tries failed reason; then
  setenv copy 0x800; setenv other 0xc00; setenv newest ${seq}
fi
if ${devtype} read ${scratch} 0xc00 8 && env import -c ${scratch} 0x1000 seq; then
  if test ${copy} = none; then
    setenv copy 0xc00
  elif itest ${seq} -gt ${newest}; then
    setenv copy 0xc00
  fi
fi
if test ${copy} = none; then
  echo "Both copies of slot.env are damaged"
  setenv order a0 b0
else
  ${devtype} read ${scratch} ${copy} 8
  env import -c ${scratch} 0x1000 seq slot trial tries failed reason
  setenv write no
  setenv order
  if test "${trial}" = a -o "${trial}" = b; then
    setenv write yes
    if itest ${tries} -lt 3; then
      setexpr tries ${tries} + 1
      setenv order ${trial}1
    else
      echo "Slot ${trial} failed three times"
      setenv failed ${trial}; setenv trial -; setenv tries 0
      if test "${reason}" = - -o -z "${reason}"; then setenv reason three-boots; fi
    fi
  fi
  if test ${write} = yes; then
    if test ${copy} = 0x800; then setenv copy 0xc00; else setenv copy 0x800; fi
    setexpr seq ${seq} + 1
    env export -c -s 0x1000 ${scratch} seq slot trial tries failed reason
    ${devtype} write ${scratch} ${copy} 8
  fi
  if test -z "${order}"; then
    if test "${slot}" = b; then setenv order b0 a0; else setenv order a0 b0; fi
  fi
fi

for choice in ${order}; do
  if test ${choice} = a0 -o ${choice} = a1; then
    setenv name a; setenv start 0x20000
  else
    setenv name b; setenv start 0x80000
  fi
  if test ${choice} = a1 -o ${choice} = b1; then setenv on_trial 1; else setenv on_trial 0; fi
  setenv found no
  # The length of the file system leads to the header behind it, and that to the kernel.
  if ${devtype} read ${header} ${start} 1; then
    setexpr.l magic *${header}
    setexpr pointer ${header} + 0x28
    setexpr.l used *${pointer}
    if itest ${magic} == 0x73717368 && itest ${used} -lt 0x0b800000; then
      setexpr used ${used} + 0xfff
      setexpr used ${used} / 0x1000
      setexpr used ${used} * 8
      setexpr start ${start} + ${used}
      if ${devtype} read ${header} ${start} 8; then
        setexpr.l magic *${header}
        setexpr pointer ${header} + 8
        setexpr.l count *${pointer}
        setexpr start ${start} + 8
        # 48 MiB at most.
        if itest ${magic} == 0x4c534e50 && itest ${count} -lt 0x18000; then
          ${devtype} read ${image} ${start} ${count} && setenv found yes
        fi
      fi
    fi
  fi
  if test ${found} = yes; then
    # The sector ahead of the kernel and the initrd says how long each is: together with it all that was read.
    setexpr pointer ${image} + 8
    setexpr.l length *${pointer}
    setexpr pointer ${image} + 0xc
    setexpr.l rest *${pointer}
    setexpr rest ${rest} + ${length}
    setexpr rest ${rest} + 1
    itest ${rest} == ${count} || setenv found no
  fi
  if test ${found} = yes; then
    setexpr kernel ${image} + 0x200
    setexpr initrd ${length} * 0x200
    setexpr initrd ${kernel} + ${initrd}
    setenv bootargs "${kernel_arguments} board.slot=${name} board.trial=${on_trial}"
    echo "Booting slot ${name}, trial ${on_trial}"
    # Returns when a checksum does not match.
    bootm ${kernel} ${initrd} ${fdt_addr}
  fi
  echo "Slot ${name} does not load"
done
sleep 1
reset
