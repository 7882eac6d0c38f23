"""``python -m clearing``: the same as the console command."""

from clearing.doors.command_line import main

if __name__ == "__main__":
    main()
